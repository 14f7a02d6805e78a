/** The text of a document as HTML: each entity a line under its words, one below the other where they overlap. */
import type { RecordEntity } from '../../predict/record.ts';
import type { ExportBlock, PlacedRecord } from '../types.ts';
import { escapeHtml } from './escape.ts';

/** How stretches of text look, as classes that are made when first met. */
export interface Looks {
  /** Number of a type. */
  numberOf(type: string): number;
  /** The class of a stretch whose lines, from the text down, are these; a dash is a gap of its entity. */
  classOf(lines: readonly Line[]): string;
}

/** A line under the text. */
export interface Line {
  readonly type: number;
  /** `gap`: the entity goes on behind; `none`: an empty lane above one that is not. */
  readonly kind: 'words' | 'gap' | 'none';
}

interface Drawn {
  readonly entity: RecordEntity;
  readonly start: number;
  readonly end: number;
  lane: number;
}

/** Gives overlapping entities lanes: the short ones are next to the text, those around them below. */
function assignLanes(entities: readonly RecordEntity[]): Drawn[] {
  const drawn = entities
    .filter(({ spans }) => spans.length > 0)
    .map((entity): Drawn => ({ entity, start: entity.spans[0]![0], end: entity.spans.at(-1)![1], lane: 0 }));
  const placed: Drawn[] = [];
  for (const own of [...drawn].sort((a, b) => a.end - a.start - (b.end - b.start))) {
    const taken = new Set(
      placed.filter((other) => other.start < own.end && own.start < other.end).map(({ lane }) => lane),
    );
    while (taken.has(own.lane)) own.lane++;
    placed.push(own);
  }
  return drawn;
}

/** Text inside a block: its line breaks are those of the page it came from, which the reader has joined. */
const flowing = (text: string): string => escapeHtml(text.replace(/[^\S\n]*\r?\n[^\S\n]*/gu, ' '));

/** Draws the range `[from, to)` of a text that holds the entities of one record. */
export function drawEntities(
  text: string,
  from: number,
  to: number,
  entities: readonly RecordEntity[],
  looks: Looks,
): string {
  const drawn = assignLanes(entities);
  const edges = drawn.flatMap(({ entity }) => entity.spans.flat()).filter((edge) => edge > from && edge < to);
  const cuts = [...new Set([from, ...edges, to])].sort((a, b) => a - b);
  return cuts
    .slice(0, -1)
    .map((start, i) => drawPiece(text, start, cuts[i + 1]!, drawn, looks))
    .join('');
}

function drawPiece(text: string, start: number, end: number, drawn: readonly Drawn[], looks: Looks): string {
  const here = drawn.filter((own) => own.start < end && start < own.end).sort((a, b) => a.lane - b.lane);
  const slice = flowing(text.slice(start, end));
  if (here.length === 0) return slice;
  const covers = ({ entity }: Drawn): boolean => entity.spans.some(([from, to]) => from < end && start < to);
  const lines: Line[] = [];
  for (const own of here) {
    while (lines.length < own.lane) lines.push({ type: 0, kind: 'none' });
    lines.push({ type: looks.numberOf(own.entity.type), kind: covers(own) ? 'words' : 'gap' });
  }
  const covering = here.filter(covers);
  const title = covering.map(({ entity }) => `${entity.type} ${entity.score} – ${entity.text}`).join('\n');
  const piece = `<span class="e ${looks.classOf(lines)}"${title === '' ? '' : ` title="${escapeHtml(title)}"`}>${slice}</span>`;
  const names = here
    .filter((own) => own.end === end)
    .map(({ entity }) => `<i class="k t${looks.numberOf(entity.type)}"></i>`);
  return piece + names.join('');
}

/** Blocks drawn together, so that a browser can leave out what is not on the screen. */
const blocksOfPart = 40;

/**
 * Draws a document: its blocks with their records, and dimmed between them the markup that belongs to none.
 * @param records in any order; one that overlaps another is drawn without its entities
 */
export function drawDocument(
  text: string,
  blocks: Iterable<ExportBlock>,
  records: readonly PlacedRecord[],
  looks: Looks,
): string {
  const sorted = records.filter(({ entities }) => entities.length > 0).sort((a, b) => a.start - b.start);
  let next = 0;
  const drawRange = (from: number, to: number, plain: (text: string) => string): string => {
    let html = '';
    let at = from;
    for (; next < sorted.length && sorted[next]!.start < to; next++) {
      const { start, end, entities } = sorted[next]!;
      if (start < at || end > to) continue;
      html += plain(text.slice(at, start)) + drawEntities(text, start, end, entities, looks);
      at = end;
    }
    return html + plain(text.slice(at, to));
  };
  const parts: string[] = [];
  let part = '';
  let count = 0;
  let at = 0;
  for (const { kind, start, end } of ordered(blocks, text.length)) {
    const gap = drawRange(at, start, escapeHtml);
    const isNewLine = count > 0 && count % blocksOfPart === 0 && /^\s*\n/u.test(text.slice(at, start));
    if (isNewLine) {
      parts.push(part);
      part = '';
    }
    part += drawGap(isNewLine ? gap.replace(/^[^\S\n]*\n/u, '') : gap);
    const inner = drawRange(start, end, flowing);
    part += kind === 'heading' ? `<b class="h">${inner}</b>` : inner;
    at = end;
    count++;
  }
  parts.push(part + drawGap(drawRange(at, text.length, escapeHtml)));
  return parts.map((html) => `<div class="part">${html}</div>`).join('\n');
}

/** What stands between blocks: several line breaks are one gap, marks are dimmed. */
function drawGap(html: string): string {
  const closer = html.replace(/(?:[^\S\n]*\n){2,}/gu, '<span class="gap"></span>');
  return html.trim() === '' ? closer : `<span class="m">${closer}</span>`;
}

/** Blocks that stand in the text one after the other. */
function* ordered(blocks: Iterable<ExportBlock>, length: number): Generator<ExportBlock> {
  let at = 0;
  for (const block of blocks) {
    if (block.start < at || block.end > length || block.start >= block.end) continue;
    yield block;
    at = block.end;
  }
}
