/** Charts of the report: bars as inline SVG, which scale, print and take the colours of the page. */
import { escapeHtml } from './escape.ts';

/** A bar, of one part or of several in a row. */
export interface Bar {
  readonly label: string;
  /** Values with the number of the type whose colour they have. */
  readonly parts: readonly { readonly type: number; readonly value: number }[];
  /** What stands behind the bar; default its value. */
  readonly note?: string;
}

const width = 640;
const rowHeight = 24;
const barHeight = 14;

/** Labels are cut to what fits beside the bars; the whole stands in the tooltip. */
const longestLabel = 30;

/** Draws bars one below the other. */
export function barChart(title: string, bars: readonly Bar[], number: (value: number) => string): string {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(1, ...totals);
  const notes = bars.map(({ note }, i) => note ?? number(totals[i]!));
  const left = 8 + 8.3 * Math.min(longestLabel, Math.max(...bars.map(({ label }) => [...label].length), 4));
  const right = 14 + 7.4 * Math.max(...notes.map((note) => note.length));
  const scale = (width - left - right) / most;
  const height = bars.length * rowHeight;
  const rows = bars.map(({ label, parts }, i) => {
    const middle = i * rowHeight + rowHeight / 2;
    let x = left;
    const drawn = parts.map(({ type, value }) => {
      const own = value * scale;
      const rect = `<rect class="f${type}" x="${round(x)}" y="${middle - barHeight / 2}" width="${round(own)}" height="${barHeight}"/>`;
      x += own;
      return rect;
    });
    return (
      `<g><title>${escapeHtml(`${label}: ${notes[i]}`)}</title>` +
      `<text x="${left - 8}" y="${middle}" text-anchor="end">${escapeHtml(cut(label))}</text>${drawn.join('')}` +
      `<text x="${round(x + 6)}" y="${middle}" class="n">${escapeHtml(notes[i]!)}</text></g>`
    );
  });
  return (
    `<figure><figcaption>${escapeHtml(title)}</figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${rows.join('')}</svg></figure>`
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Shortens in the middle, so that beginning and end stay. */
function cut(label: string): string {
  const signs = [...label];
  if (signs.length <= longestLabel) return label;
  const half = Math.floor((longestLabel - 1) / 2);
  return `${signs.slice(0, half).join('')}…${signs.slice(signs.length - half).join('')}`;
}
