/** Style rules that depend on the content: colours of types, lines under pieces. */
import { typeColor } from '../../../src/data/formats/colors.ts';
import type { Line } from '../document/lay-out-sentence.ts';
import { typeNumber } from '../words/types.ts';

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const colored = new Set<number>();
const lineClasses = new Map<string, string>();

/** Adds rules for a type: `--l` of lines, `--i` of text, `--b` of tints. */
function addColor(number: number): void {
  if (colored.has(number)) return;
  colored.add(number);
  const color = typeColor(number);
  const shade = (lightness: number, chroma: number): string =>
    `oklch(from ${color} ${lightness} calc(c * ${chroma}) h)`;
  const tint = (share: number): string => `color-mix(in srgb, ${color} ${share}%, transparent)`;
  sheet.insertRule(
    `:root { --l${number}: light-dark(${shade(0.6, 1.5)}, ${shade(0.78, 1.1)});` +
      ` --i${number}: light-dark(${shade(0.42, 1.2)}, ${shade(0.86, 0.9)});` +
      ` --b${number}: light-dark(${tint(34)}, ${tint(24)}) }`,
  );
  sheet.insertRule(`.t${number} { --l: var(--l${number}); --i: var(--i${number}); --b: var(--b${number}) }`);
}

/** The class of a type: gives an element the type's colours. */
export function typeClass(type: string): string {
  const number = typeNumber(type);
  addColor(number);
  return `t${number}`;
}

/** Thickness of a line under the text and distance between two, in pixels. */
const thickness = 3;
const step = 5;

/** Lines that fit between two lines of text; for more the text is set wider apart. */
const fitting = 2;

/** The class of a piece with these lines: a tint of the innermost entity, the lines one below the other. */
export function lineClass(lines: readonly Line[]): string {
  const numbers = lines.map(({ type, kind }) => (kind === 'none' ? -1 : typeNumber(type)));
  const key = lines.map(({ kind }, i) => `${kind}${numbers[i]}`).join();
  const known = lineClasses.get(key);
  if (known !== undefined) return known;
  for (const number of numbers) if (number >= 0) addColor(number);
  const name = `x${lineClasses.size}`;
  lineClasses.set(key, name);
  const layers = lines.flatMap(({ kind }, lane) => {
    if (kind === 'none') return [];
    const color = `var(--l${numbers[lane]})`;
    const image =
      kind === 'gap'
        ? `repeating-linear-gradient(90deg, ${color} 0 3px, transparent 3px 7px)`
        : `linear-gradient(${color}, ${color})`;
    return [`${image} 0 calc(100% - ${(lines.length - 1 - lane) * step}px) / 100% ${thickness}px no-repeat`];
  });
  const inner = lines.findIndex(({ kind }) => kind === 'words');
  const tint = `var(--b${numbers[inner]})`;
  const background =
    inner < 0
      ? []
      : [`linear-gradient(${tint}, ${tint}) 0 0 / 100% calc(100% - ${lines.length * step}px) no-repeat`];
  const more = Math.max(0, lines.length - fitting);
  // half of what a line is higher stands above it
  const apart = more === 0 ? '' : `; line-height: calc(2em + ${2 * more * step}px)`;
  sheet.insertRule(
    `.${name} { background: ${[...layers, ...background].join(', ')}; padding-bottom: ${lines.length * step}px${apart} }`,
  );
  return name;
}
