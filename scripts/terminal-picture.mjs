/** Draws terminal output as an SVG picture: `w2ner extract … | node scripts/terminal-picture.mjs 'the command' > picture.svg`. */
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const escapeXml = (text) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/ /g, '\u00a0'); // spaces side by side would become one
const command = process.argv[2];
const text = stripVTControlCharacters(readFileSync(0, 'utf8')).trimEnd();
const lines = [...(command === undefined ? [] : [`$ ${command}`, '']), ...text.split('\n')];
const [cell, line, margin] = [8.43, 19, 20];
const width = Math.ceil(Math.max(...lines.map((row) => row.length)) * cell + 2 * margin);
const height = lines.length * line + 2 * margin;
const rows = lines.map((row, i) => {
  const strong = i === 0 && command !== undefined ? ' font-weight="bold"' : '';
  return `<text x="${margin}" y="${margin + (i + 0.8) * line}" textLength="${(row.length * cell).toFixed(1)}" lengthAdjust="spacingAndGlyphs"${strong}>${escapeXml(row)}</text>`;
});
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#e4e7ec">
${rows.filter((row) => !row.includes('textLength="0.0"')).join('\n')}
</g>
</svg>
`,
);
