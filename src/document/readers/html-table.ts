/** The cells of an HTML table with their rows and columns, merged cells and header rows understood. */
import { attributeOf, findElement, type HtmlElement, isElement } from './html-tree.ts';

/** A cell; a merged one stands at its first row and column. */
export interface HtmlCell {
  readonly row: number;
  readonly column: number;
  /** Columns that it covers. */
  readonly span: number;
  /** It names the columns below it. */
  readonly isHeader: boolean;
  readonly element: HtmlElement;
}

const groups = new Set(['thead', 'tbody', 'tfoot']);
/** Browsers' own bounds on merged cells. */
const mostColumns = 1000;
const mostRows = 65_534;

const childrenNamed = (parent: HtmlElement, ...tags: string[]): HtmlElement[] =>
  parent.childNodes.filter((node): node is HtmlElement => isElement(node) && tags.includes(node.tagName));

function spanOf(cell: HtmlElement, name: string, most: number): number {
  const value = Number.parseInt(attributeOf(cell, name) ?? '1', 10);
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : 1;
}

/** The rows in order, each with whether it stands in `<thead>`. */
function rowsOf(table: HtmlElement): { row: HtmlElement; isHead: boolean }[] {
  return table.childNodes.filter(isElement).flatMap((child) => {
    if (child.tagName === 'tr') return [{ row: child, isHead: false }];
    if (!groups.has(child.tagName)) return [];
    return childrenNamed(child, 'tr').map((row) => ({ row, isHead: child.tagName === 'thead' }));
  });
}

/**
 * The cells of a table, row by row; undefined when it only places things on the page: one cell, tables inside,
 * or columns without end.
 *
 * Rows of `<thead>` are headers; without it the rows at the top that hold only `<th>`, else the first of several rows.
 */
export function tableRows(table: HtmlElement): HtmlCell[] | undefined {
  const rows = rowsOf(table);
  const cells: HtmlCell[] = [];
  /** Per column the first row that is free again. */
  const freeFrom: number[] = [];
  let headRows = 0;
  let isTop = true;
  for (const [row, { row: element, isHead }] of rows.entries()) {
    const own = childrenNamed(element, 'td', 'th');
    isTop &&= isHead || (own.length > 0 && own.every((cell) => cell.tagName === 'th'));
    if (isTop) headRows = row + 1;
    let column = 0;
    for (const cell of own) {
      if (findElement(cell, 'table') !== undefined) return undefined;
      while ((freeFrom[column] ?? 0) > row) column++;
      if (column >= mostColumns) return undefined;
      const span = spanOf(cell, 'colspan', mostColumns - column);
      const height = spanOf(cell, 'rowspan', mostRows);
      for (let c = column; c < column + span; c++) freeFrom[c] = row + height;
      cells.push({ row, column, span, isHeader: false, element: cell });
      column += span;
    }
  }
  if (cells.length <= 1) return undefined;
  const isSingle = rows.length < 2 || freeFrom.length < 2;
  const heads = headRows > 0 ? Math.min(headRows, rows.length - 1) : isSingle ? 0 : 1;
  return cells.map((cell) => ({ ...cell, isHeader: cell.row < heads }));
}
