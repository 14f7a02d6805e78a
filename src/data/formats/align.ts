/** Text with mentions as sentences of words with entities, and the account of every mention on the way. */

import { quote } from '../../base/quote.ts';
import { documentFromString } from '../../document/from-string.ts';
import type { CharSpan } from '../../document/types.ts';
import { segment } from '../../text/segment.ts';
import type { EntityMention, Example } from '../types.ts';
import { type PlacedWord, readLayout } from './lay-out.ts';
import type { FormatProblem, TextDocument, TextMention } from './types.ts';

/** Settings of {@link alignDocument}. */
export interface AlignOptions {
  /**
   * Joins sentences that a mention spans, up to this many and up to {@link AlignOptions.longestJoin} words: the
   * annotator saw one sentence where the rules saw several. 1 joins none. Default 4.
   */
  readonly mostJoined?: number;
  /** Most words of a joined sentence. Default 160. */
  readonly longestJoin?: number;
}

/** A document in the form that models learn from. */
export interface AlignedDocument {
  readonly name: string;
  readonly sentences: readonly Example[];
  /** Mentions that became an entity only because sentences were joined. */
  readonly joined: number;
}

type Line = readonly PlacedWord[];

const lineStart = (line: Line): number => line[0]!.spans[0]!.charStart;
const lineEnd = (line: Line): number => line.at(-1)!.spans.at(-1)!.charEnd;

/** The sentences of a document as their words with places. A name that ends in `.md` says that the text is Markdown. */
function linesOf({ name, text, layout }: TextDocument): Line[] {
  if (layout === 'words') return readLayout(text);
  const format = /\.md$/i.test(name) ? 'markdown' : 'text';
  return [...segment(documentFromString(name, text, format))].map(({ words }) => words);
}

/**
 * Makes entities of mentions: each consists of the words that its fragments touch.
 * @param problems is given every mention that is lost or changed; the others are in the sentences, in their order
 */
export function alignDocument(
  document: TextDocument,
  problems: FormatProblem[],
  options: AlignOptions = {},
): AlignedDocument {
  const lines = linesOf(document);
  const spans = document.mentions.map((mention) => touchedLines(mention, lines));
  const group = groupLines(lines, spans, options);
  const joinedLines: PlacedWord[][] = [];
  const numbers = group.map((start, i) => {
    if (start === i) joinedLines.push([]);
    joinedLines.at(-1)!.push(...lines[i]!);
    return joinedLines.length - 1;
  });
  const entities = joinedLines.map((): EntityMention[] => []);
  let joined = 0;
  for (const [k, mention] of document.mentions.entries()) {
    const report = reporter(document, mention, problems);
    const [first, last] = spans[k] ?? [];
    if (first === undefined) report('no word', 'no word stands there');
    else if (numbers[first] !== numbers[last!]) {
      report('crosses sentences', `it spans ${last! - first + 1} sentences`);
    } else {
      const number = numbers[first]!;
      const isNew = addEntity(mention, joinedLines[number]!, entities[number]!, report);
      if (isNew && first !== last) joined++;
    }
  }
  const sentences = joinedLines.map((line, i) => ({
    words: line.map(({ text }) => text),
    entities: entities[i]!,
  }));
  return { name: document.name, sentences, joined };
}

type Report = (kind: FormatProblem['kind'], detail: string) => void;

const reporter =
  ({ name, text }: TextDocument, { id, type, fragments }: TextMention, problems: FormatProblem[]): Report =>
  (kind, detail) => {
    const [charStart, charEnd] = [fragments[0]!.charStart, fragments.at(-1)!.charEnd];
    problems.push({
      document: name,
      id,
      kind,
      type,
      charStart,
      charEnd,
      detail: `${quote(text.slice(charStart, charEnd))}: ${detail}`,
    });
  };

/** The first and last line that a mention touches; lines are in order. */
function touchedLines({ fragments }: TextMention, lines: readonly Line[]): [number, number] | undefined {
  let first: number | undefined;
  let last = 0;
  for (const { charStart, charEnd } of fragments) {
    for (
      let i = firstLineEndingAfter(lines, charStart);
      i < lines.length && lineStart(lines[i]!) < charEnd;
      i++
    ) {
      if (!lines[i]!.some((word) => touches(word, charStart, charEnd))) continue;
      first = Math.min(first ?? i, i);
      last = Math.max(last, i);
    }
  }
  return first === undefined ? undefined : [first, last];
}

function firstLineEndingAfter(lines: readonly Line[], place: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lineEnd(lines[middle]!) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

const touches = ({ spans }: PlacedWord, charStart: number, charEnd: number): boolean =>
  spans[0]!.charStart < charEnd && charStart < spans.at(-1)!.charEnd;

/** Per line the first line of the sentence that it is part of: itself, unless mentions hold it to those before. */
function groupLines(
  lines: readonly Line[],
  spans: readonly ([number, number] | undefined)[],
  { mostJoined = 4, longestJoin = 160 }: AlignOptions,
): number[] {
  const start = lines.map((_, i) => i);
  const end = lines.map((_, i) => i);
  const crossing = spans.filter((span) => span !== undefined && span[0] !== span[1]) as [number, number][];
  // Short ones first: a far-flung mention must not stand in the way of the others.
  for (const [first, last] of crossing.sort((a, b) => a[1] - a[0] - (b[1] - b[0]))) {
    const from = start[first]!;
    const to = end[start[last]!]!;
    const words = lines.slice(from, to + 1).reduce((sum, line) => sum + line.length, 0);
    if (to - from + 1 > mostJoined || words > longestJoin) continue;
    for (let i = from; i <= to; i++) start[i] = from;
    end[from] = to;
  }
  return start;
}

/** Adds a mention's entity unless it has no word or is there already. */
function addEntity(mention: TextMention, line: Line, entities: EntityMention[], report: Report): boolean {
  const { type, fragments } = mention;
  const words = line.flatMap((word, i) =>
    fragments.some(({ charStart, charEnd }) => touches(word, charStart, charEnd)) ? [i] : [],
  );
  const same = entities.some((entity) => entity.type === type && entity.words.join() === words.join());
  if (same) {
    report('repeated', `${type} with these words is there already`);
    return false;
  }
  entities.push({ type, words });
  if (!isExact(fragments, words, line)) {
    report('widened', `became ${quote(words.map((i) => line[i]!.text).join(' '))}`);
  }
  return true;
}

/** Whether fragments hold the words to their last character; what stands between and around them does not count. */
function isExact(fragments: readonly CharSpan[], words: readonly number[], line: Line): boolean {
  return words.every((i) => line[i]!.spans.every((span) => isCovered(span, fragments)));
}

/** Whether ascending fragments leave nothing of a range out. */
function isCovered({ charStart, charEnd }: CharSpan, fragments: readonly CharSpan[]): boolean {
  let covered = charStart;
  for (const fragment of fragments) {
    if (fragment.charStart <= covered) covered = Math.max(covered, fragment.charEnd);
  }
  return covered >= charEnd;
}
