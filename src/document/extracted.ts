/** Text taken out of a format that is not text: one source, and the blocks as ranges of it. */
import { checkLimit } from './limits.ts';
import { mapRange } from './mapped-text.ts';
import type { Skipped } from './readers/skipped.ts';
import type { Block, DocumentMetadata } from './types.ts';

/** A block before it has a place. */
export interface ExtractedBlock extends Pick<Block, 'kind' | 'text'> {
  readonly header?: string;
  readonly row?: number;
  readonly column?: number;
  readonly level?: number;
  readonly page?: number;
  /** Bullet or number of a list item: stands in the source before the text, as it does in Markdown. */
  readonly mark?: string;
  /** Numbers the table that a cell belongs to, so that tables one after another stay apart. */
  readonly table?: number;
  /** Further pages that it goes on to, each with the place in its text where the page begins. */
  readonly pageBreaks?: readonly { readonly at: number; readonly page: number }[];
}

/** What a reader of such a format gives. */
export interface Extracted {
  readonly blocks: readonly ExtractedBlock[];
  readonly skipped: Skipped;
  readonly pages?: number;
  readonly metadata?: DocumentMetadata;
  readonly problems?: readonly string[];
}

/** A block as a range of the source. */
export interface PlacedBlock extends Omit<Block, 'text' | 'offsets' | 'section'> {
  readonly charStart: number;
  readonly charEnd: number;
}

/** The text that `--save-text` writes, and where its blocks stand. */
export interface LaidOut {
  readonly source: string;
  readonly blocks: readonly PlacedBlock[];
  readonly pageStarts: readonly number[] | undefined;
}

/** What stands between two blocks: a tab between cells of a row, a line break inside lists and tables, else a blank line. */
function separator(previous: ExtractedBlock | undefined, next: ExtractedBlock): string {
  if (previous === undefined) return '';
  if (previous.kind !== next.kind) return '\n\n';
  if (next.kind === 'list-item') return '\n';
  if (next.kind !== 'table-cell' || previous.table !== next.table) return '\n\n';
  return previous.row === next.row && previous.column !== next.column ? '\t' : '\n';
}

/** Readable text: invisible characters and stress marks out, decomposed letters composed, white space made plain. */
export function cleanText(text: string): string {
  return mapRange(text, 0, text.length).text.replace(/ {2,}/g, ' ').trim();
}

/**
 * Lays blocks out one after the other in one text; empty ones are left out.
 * @throws UserError `E_INPUT_SIZE`
 */
export function layOut(extracted: Extracted, where: string, largest: number): LaidOut {
  const parts: string[] = [];
  const blocks: PlacedBlock[] = [];
  const pageStarts: number[] = [];
  let at = 0;
  let previous: ExtractedBlock | undefined;
  const openPages = (page: number | undefined, place: number): void => {
    while (page !== undefined && pageStarts.length < page) pageStarts.push(place);
  };
  for (const block of extracted.blocks) {
    if (block.text.length === 0) continue;
    const before = separator(previous, block);
    const mark = block.mark === undefined ? '' : `${block.mark} `;
    openPages(block.page, at + before.length);
    const charStart = at + before.length + mark.length;
    const charEnd = charStart + block.text.length;
    for (const { at: place, page } of block.pageBreaks ?? []) openPages(page, charStart + place);
    parts.push(before, mark, block.text);
    const { text: _text, mark: _mark, table: _table, pageBreaks: _breaks, ...rest } = block;
    blocks.push({ ...rest, charStart, charEnd });
    at = charEnd;
    previous = block;
    checkLimit(where, 'characters of text', at, largest);
  }
  openPages(extracted.pages, at);
  return {
    source: parts.join(''),
    blocks,
    pageStarts: extracted.pages === undefined ? undefined : pageStarts,
  };
}

/** The blocks of a laid-out text, made one at a time. */
export function* placedBlocks({ source, blocks }: LaidOut): Generator<Block> {
  for (const { charStart, charEnd, ...rest } of blocks) {
    const offsets = new Int32Array(charEnd - charStart + 1);
    for (let i = 0; i < offsets.length; i++) offsets[i] = charStart + i;
    yield { ...rest, text: source.slice(charStart, charEnd), offsets };
  }
}
