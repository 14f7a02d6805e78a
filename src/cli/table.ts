/** Tables for terminals: a rule under the head and above the totals, numbers to the right. */
import Table from 'cli-table3';
import type { createColors } from 'picocolors';

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Settings of {@link renderTable}. */
export interface TableOptions {
  readonly colors: ReturnType<typeof createColors>;
  /** Written under a rule. */
  readonly totals?: readonly string[];
}

const noLines = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((name) => [name, '']),
);

/** Renders rows of plain text; every line ends with a line break. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { colors, totals }: TableOptions,
): string {
  const table = new Table({
    chars: { ...noLines, middle: '  ' },
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(columns.map((column) => column.title));
  for (const row of rows) table.push([...row]);
  if (totals !== undefined) table.push([...totals]);
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const rule = colors.dim('─'.repeat(Math.max(...lines.map((line) => line.length))));
  const last = totals === undefined ? lines.length : lines.length - 1;
  const body = [colors.bold(lines[0]), rule, ...lines.slice(1, last)];
  if (totals !== undefined) body.push(rule, colors.bold(lines[last]));
  return `${body.join('\n')}\n`;
}
