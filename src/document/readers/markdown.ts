/** Reads Markdown: headings, paragraphs, list items and table cells, in document order, with exact places. */
import { joinLines } from '../lines.ts';
import type { Block } from '../types.ts';
import { readParsed } from './markdown-parsed.ts';
import { cutPieces, type Piece } from './markdown-pieces.ts';
import { readPlain } from './markdown-plain.ts';
import type { Skipped } from './skipped.ts';
import { readText } from './text.ts';

/** Labels of links that the document defines, for pieces that only use them. */
function findDefinitions(source: string): ReadonlySet<string> {
  const labels = new Set<string>();
  if (!source.includes(']:')) return labels;
  for (const found of source.matchAll(/^ {0,3}\[([^[\]\n]{1,200})\]:[ \t]*(?=<|\S*[/.#:@])\S/gm))
    labels.add(found[1]!.toLowerCase());
  return labels;
}

function usedDefinitions(text: string, labels: ReadonlySet<string>): string[] {
  if (labels.size === 0) return [];
  const used = new Set<string>();
  for (const found of text.matchAll(/\[([^[\]\n]{1,200})\](?!:)/g)) {
    if (labels.has(found[1]!.toLowerCase())) used.add(found[1]!);
  }
  return [...used];
}

/** Markup so dense or deep that parsing it would take more than linear time; no document needs it. */
function isHostile(text: string): boolean {
  if (text.length > 1_500_000) return true;
  if (/^(?:[ \t]*>){40}/m.test(text) || /^[ \t]{80,}(?:[-*+>]|\d{1,9}[.)])/m.test(text)) return true;
  if (/^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+){40}/m.test(text)) return true;
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return text.length > 4_000 && (count(/[*_]+/g) > 4_000 || count(/\[/g) > 20_000 || count(/~~+/g) > 4_000);
}

/** Reads a range as plain text, places counted from the start of the whole source. */
function* readLiteral(source: string, piece: Piece, skipped: Skipped): Generator<Block> {
  for (const block of readText(source.slice(piece.start, piece.end), skipped)) {
    yield { ...block, offsets: block.offsets.map((offset) => offset + piece.start) };
  }
}

/** Rows of a table, the header of which stands in an earlier piece. */
function readTableRest(source: string, piece: Piece & { table: object }, skipped: Skipped): Block[] {
  const { table } = piece as Required<Piece>;
  const head = source.slice(table.start, table.end);
  const shift = piece.start - head.length;
  const text = head + source.slice(piece.start, piece.end);
  return readParsed(text, 0, text.length, skipped)
    .filter((block) => block.offsets[0]! >= head.length)
    .map((block) => ({
      ...block,
      offsets: block.offsets.map((offset) => offset + shift),
      ...(block.row === undefined ? {} : { row: block.row + table.rows }),
    }));
}

/**
 * The blocks of a Markdown document (CommonMark with GFM tables and `~~struck~~` text).
 *
 * Fenced code, tags, comments, link targets, rulers and link definitions are left out and counted; a link gives its text,
 * an image its description. Text indented like code is prose when most of its letters are Cyrillic. Lines of a paragraph
 * are joined as {@link joinLines} says, since exports hold one paragraph per line without blank lines between.
 */
export function* readMarkdown(source: string, skipped: Skipped): Generator<Block> {
  const labels = findDefinitions(source);
  for (const piece of cutPieces(source, skipped)) {
    if (piece.table !== undefined) {
      yield* readTableRest(source, piece as Required<Piece>, skipped);
      continue;
    }
    const text = source.slice(piece.start, piece.end);
    const used = usedDefinitions(text, labels);
    const plain = used.length > 0 ? undefined : readPlain(source, piece.start, piece.end);
    if (plain !== undefined) {
      for (const { kind, lines, level = 1 } of plain) {
        if (kind === 'heading') {
          if (lines[0]!.text.length > 0) yield { kind, ...lines[0]!, level };
          continue;
        }
        for (const group of joinLines(lines, source)) {
          yield { kind: group.isItem ? 'list-item' : kind, text: group.text, offsets: group.offsets };
        }
      }
    } else if (isHostile(text)) {
      yield* readLiteral(source, piece, skipped);
    } else {
      yield* readParsed(source, piece.start, piece.end, skipped, {
        definitions: used,
        openFences: piece.openFences,
      });
    }
  }
}
