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
  /** Rows under a rule. */
  readonly totals?: readonly (readonly string[])[];
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
  { colors, totals = [] }: TableOptions,
): string {
  const table = new Table({
    chars: { ...noLines, middle: '  ' },
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(columns.map((column) => column.title));
  for (const row of [...rows, ...totals]) table.push([...row]);
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const rule = colors.dim('─'.repeat(Math.max(...lines.map((line) => line.length))));
  const last = lines.length - totals.length;
  const body = [colors.bold(lines[0]), rule, ...lines.slice(1, last)];
  if (totals.length > 0) body.push(rule, ...lines.slice(last).map((line) => colors.bold(line)));
  return `${body.join('\n')}\n`;
}

/** Columns: the first to the left, the others to the right. */
export function numberColumns(first: string, ...others: string[]): Column[] {
  return [{ title: first }, ...others.map((title): Column => ({ title, align: 'right' }))];
}
