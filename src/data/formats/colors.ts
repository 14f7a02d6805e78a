/** Colours of entity types: the same for a type in every format that shows some. */

/** Light hues on which black text is legible; neighbours in the list are apart from each other. */
const palette = [
  '#8ecae6',
  '#f4a261',
  '#95d5b2',
  '#e5989b',
  '#c8b6ff',
  '#e9c46a',
  '#80cbc4',
  '#f2a7d1',
  '#b5c99a',
  '#a3b8f5',
  '#d4a373',
  '#ffb3a7',
  '#c5cbd3',
] as const;

/** A light colour, as `#rrggbb`, for the type of that number. Beyond the list, hues a golden angle apart. */
export function typeColor(number: number): string {
  return palette[number] ?? pastel((number * 137.508) % 360);
}

/** The colour of a hue in degrees with lightness 0.75 and saturation 0.6. */
function pastel(hue: number): string {
  const channel = (shift: number): string => {
    const k = (shift + hue / 30) % 12;
    const value = 0.75 - 0.15 * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
