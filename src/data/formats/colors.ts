/** Colours of entity types: the same for a type in every format that shows some. */

/** Hues apart from each other, neighbours in the list most of all; each with a light tint to write on. */
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

/** A light colour, as `#rrggbb`, for the type of that number; black text is legible on it. Repeats after thirteen. */
export function typeColor(number: number): string {
  return palette[number % palette.length]!;
}
