/** Finds the thesis that a grade belongs to: the text before it, back to where that text begins. */
import { splitSentences } from '../text/sentences.ts';
import type { Passage } from './passages.ts';
import {
  advises,
  goesOn,
  isUnfinished,
  leastCutText,
  mostThesisBlocks,
  opensThesis,
  scopePattern,
} from './thesis-rules.ts';

/** A run of passages, `first` to `last`; the first may be cut at its front. */
export interface Thesis {
  readonly first: number;
  readonly last: number;
  /** Where it begins in the first passage's text. */
  readonly from: number;
  /** Where it ends in that text, when before its end. */
  readonly to?: number;
}

/** What stands before a grade. */
export interface GradedText {
  /** Absent where the grade repeats or completes the one before. */
  readonly thesis?: Thesis;
  /** The part of the thesis that the grade is for: «Для детей». */
  readonly scope?: string;
}

const isCell = (passage: Passage): boolean => passage.placed.block.kind === 'table-cell';

/** The passages before a grade that its thesis can be made of, nearest first: back to a title, another grade, a comment. */
function candidates(passages: readonly Passage[], grade: number): number[] {
  const found: number[] = [];
  const inCell = isCell(passages[grade]!);
  for (let i = grade - 1; i >= 0 && found.length < mostThesisBlocks; i--) {
    const passage = passages[i]!;
    if (passage.kind === 'title' || passage.kind === 'grade') break;
    if (inCell && passage.placed !== passages[grade]!.placed) break;
    if (!inCell && isCell(passage)) continue;
    found.push(i);
    if (passage.kind === 'comment') break;
  }
  return found;
}

/** The thesis of a grade. */
export function thesisBefore(passages: readonly Passage[], grade: number): GradedText {
  const [...before] = candidates(passages, grade);
  const nearest = before[0];
  if (nearest === undefined) return {};
  const { text, placed } = passages[nearest]!;
  const isScope = placed === passages[grade]!.placed && scopePattern.test(text) && !advises.test(text);
  if (isScope && (before[1] !== undefined || passages[nearest - 1]?.kind === 'grade')) {
    const rest = before.slice(1);
    const scope = text.replace(/[\s:–—-]+$/, '');
    return rest.length === 0 ? { scope } : { scope, thesis: extend(passages, rest) };
  }
  const thesis = extend(passages, before);
  const { first, from } = thesis;
  const opening = passages[first]!;
  const isInline = opening.placed === passages[grade]!.placed || opening.text.endsWith(':');
  return { thesis: isInline && from === 0 ? { ...thesis, from: firstAdvice(opening) } : thesis };
}

/** A grade inside a paragraph, or of a list's item, is for the sentences from the first that advises. */
function firstAdvice({ text }: Passage): number {
  const found = splitSentences(text).find(({ start, end }) => advises.test(text.slice(start, end)));
  return found?.start ?? 0;
}

/** Goes back from the nearest passage to the beginning of the thesis. */
function extend(passages: readonly Passage[], before: readonly number[]): Thesis {
  const last = before[0]!;
  const isInComment = passages[before.at(-1)!]!.kind === 'comment';
  let at = 0;
  while (at + 1 < before.length && isTail(passages, before, at)) at++;
  if (!before.slice(0, at + 1).some((index) => hasVerb(passages[index]!)))
    at = introduction(passages, before, at);
  // A paragraph that a page break cut in two.
  while (at + 1 < before.length && isCutBefore(passages, before, at)) at++;
  // «1. … рекомендуется …; 2. … рекомендуется …» with one grade for all.
  while (!isInComment && at + 1 < before.length && isSameList(passages, before, at)) at++;
  const first = before[at]!;
  const from = isInComment ? cutComment(passages[first]!) : 0;
  return { first, last, from };
}

/** What stood behind the grade: citations, or the rest of the sentence in the same block. */
function isTail(passages: readonly Passage[], before: readonly number[], at: number): boolean {
  const here = passages[before[at]!]!;
  return here.placed === passages[before[at + 1]!]!.placed || !/\p{L}/u.test(here.text);
}

const hasVerb = ({ text }: Passage): boolean => advises.test(text);

function isCutBefore(passages: readonly Passage[], before: readonly number[], at: number): boolean {
  const here = passages[before[at]!]!;
  const earlier = passages[before[at + 1]!]!;
  if (earlier.kind === 'comment' || earlier.placed === here.placed) return false;
  if (here.placed.block.kind === 'list-item' && earlier.text.endsWith(':')) return true;
  const opens = opensThesis.test(here.text) && !/^\p{Ll}/u.test(here.text);
  if (opens || !goesOn(here.text) || !isUnfinished(earlier.text)) return false;
  return /^\p{Ll}/u.test(here.text) || earlier.text.length >= leastCutText;
}

function isSameList(passages: readonly Passage[], before: readonly number[], at: number): boolean {
  const items = [passages[before[at]!]!, passages[before[at + 1]!]!];
  return items.every((item) => item.placed.block.kind === 'list-item' && hasVerb(item));
}

/**
 * How many passages back the thesis begins whose end says no verb: at the introduction of a list («Рекомендуется:»),
 * or at a paragraph that opens like a thesis and has a second one behind it.
 * @param tail the place among the passages that the thesis reaches back to anyway
 */
function introduction(passages: readonly Passage[], before: readonly number[], tail: number): number {
  for (let at = tail + 1; at < before.length; at++) {
    const passage = passages[before[at]!]!;
    if (passage.kind === 'comment') return tail;
    const { text } = passage;
    if (opensThesis.test(text) || (advises.test(text) && /[:;,]\s*$/.test(text))) return at;
    if (text.endsWith(':') && passages[before[at - 1]!]!.placed.block.kind === 'list-item') return at;
    if (advises.test(text)) return tail;
  }
  return tail;
}

/**
 * Where a thesis begins in a passage that may also hold the end of a comment: readers that know no paragraphs join them.
 * A passage whose first sentence advises is a thesis from its beginning.
 */
function cutComment(passage: Passage): number {
  const sentences = splitSentences(passage.text);
  const verbs = sentences.filter(({ start, end }) => advises.test(passage.text.slice(start, end)));
  if (verbs.length === 0) return passage.kind === 'comment' ? (sentences.at(-1)?.start ?? 0) : 0;
  if (passage.kind === 'text' && verbs[0] === sentences[0]) return 0;
  const opening = verbs.find(({ start, end }) => opensThesis.test(passage.text.slice(start, end)));
  return (opening ?? verbs.at(-1)!).start;
}
