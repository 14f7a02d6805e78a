/** Finds the recommendations of a clinical guideline: theses with their grades, comments, citations and service marks. */
import type { Document } from '../document/types.ts';
import { splitSentences } from '../text/sentences.ts';
import type { Grade } from './grade.ts';
import { placeBlocks } from './outline.ts';
import { cutPassages, type Passage, sourceSpan } from './passages.ts';
import { type CitationStyle, citationStyle, readReferences } from './references.ts';
import { gradedRows } from './tables.ts';
import { type Thesis, thesisBefore } from './thesis.ts';
import { longestSubtitle, opensThesis, recommends } from './thesis-rules.ts';
import { cleanThesis, marksOf } from './thesis-text.ts';
import type { Recommendation } from './types.ts';

/** A recommendation as runs of passages. */
interface Found {
  readonly thesis: Thesis;
  readonly scope?: string;
  readonly grades: readonly Grade[];
  /** The last passage that belongs to thesis and grades. */
  readonly end: number;
}

/**
 * The recommendations of a document, in its order.
 *
 * A recommendation is a thesis with a grade, in any notation that {@link findGrades} reads, or in a table with columns
 * for it; and a thesis that opens with «Рекомендуется» or a form of it outside of comments. Where a document has no grades at
 * all, each sentence that recommends counts. Criteria of quality and what stands before the body do not; of appendices only
 * theses with a grade do.
 */
export function findRecommendations(document: Document): Recommendation[] {
  const blocks = placeBlocks([...document.blocks()]);
  const rows = gradedRows(blocks.filter(({ part }) => part === 'body'));
  const passages = cutPassages(blocks.filter(({ block }) => !rows.blocks.has(block)));
  const graded = findGraded(passages);
  const hasGrades = graded.length > 0 || rows.recommendations.length > 0;
  const found = [...graded, ...(hasGrades ? findOpening : findSentences)(passages, graded)];
  found.sort((a, b) => a.thesis.first - b.thesis.first || a.thesis.from - b.thesis.from);
  const style = citationStyle(found.map(({ thesis }) => rawThesis(partsOf(thesis, passages))));
  const written = found.map((item, i) => write(item, comment(passages, item, found[i + 1]), passages, style));
  return [...written, ...rows.recommendations]
    .sort((a, b) => a.charStart - b.charStart)
    .map((recommendation, number) => ({ ...recommendation, number }));
}

/** A thesis for each grade; grades that follow each other complete one another, or are for parts of one thesis. */
function findGraded(passages: readonly Passage[]): Found[] {
  const found: Found[] = [];
  passages.forEach(({ grade }, i) => {
    if (grade === undefined) return;
    const { thesis, scope } = thesisBefore(passages, i);
    const previous = found.at(-1);
    const item = { grades: [grade], end: i, ...(scope === undefined ? {} : { scope }) };
    if (thesis !== undefined) found.push({ ...item, thesis });
    else if (previous === undefined || previous.end + (scope === undefined ? 1 : 2) < i) return;
    else if (scope !== undefined) found.push({ ...item, thesis: previous.thesis });
    else found[found.length - 1] = { ...previous, grades: [...previous.grades, grade], end: i };
  });
  return found;
}

/** Passages that no recommendation holds and no comment: in order, with their index. */
function* freePassages(
  passages: readonly Passage[],
  taken: readonly Found[],
): Generator<readonly [Passage, number]> {
  const isTaken = new Set(
    taken.flatMap(({ thesis, end }) =>
      Array.from({ length: end - thesis.first + 1 }, (_, k) => thesis.first + k),
    ),
  );
  let inComment = false;
  for (const [i, passage] of passages.entries()) {
    if (passage.kind === 'title' || isTaken.has(i)) inComment = false;
    else if (passage.kind === 'comment') inComment = true;
    else if (!inComment) yield [passage, i];
  }
}

/** The items of a list that follow its introduction. */
function listEnd(passages: readonly Passage[], introduction: number): number {
  let end = introduction;
  if (!passages[introduction]!.text.endsWith(':')) return end;
  while (passages[end + 1]?.placed.block.kind === 'list-item' && passages[end + 1]!.kind === 'text') end++;
  return end;
}

/** Theses without a grade that open like one. */
function findOpening(passages: readonly Passage[], taken: readonly Found[]): Found[] {
  return [...freePassages(passages, taken)]
    .filter(
      ([{ placed, text }]) =>
        placed.part === 'body' && placed.block.kind !== 'table-cell' && opensThesis.test(text),
    )
    .map(([, i]) => {
      const last = listEnd(passages, i);
      return { thesis: { first: i, last, from: 0 }, grades: [], end: last };
    });
}

/** Sentences that recommend. */
function findSentences(passages: readonly Passage[], taken: readonly Found[]): Found[] {
  return [...freePassages(passages, taken)].flatMap(([passage, i]) => {
    if (passage.placed.part === 'appendix') return [];
    const sentences = splitSentences(passage.text);
    return sentences.flatMap(({ start, end }, k): Found[] => {
      if (!recommends.test(passage.text.slice(start, end))) return [];
      const isLast = k === sentences.length - 1;
      const last = isLast ? listEnd(passages, i) : i;
      const thesis = { first: i, last, from: start, ...(isLast ? {} : { to: end }) };
      return [{ thesis, grades: [], end: last }];
    });
  });
}

/** The passages of a comment: from its label to the next thesis or title; tables and the next title's line are no part of it. */
function comment(passages: readonly Passage[], item: Found, next: Found | undefined): Passage[] {
  if (
    next !== undefined &&
    next.thesis.first === item.thesis.first &&
    next.end !== item.end &&
    next.scope !== undefined
  )
    return [];
  const limit = next === undefined ? passages.length - 1 : next.thesis.first;
  const found: Passage[] = [];
  let isOpen = false;
  for (let i = item.end + 1; i <= limit; i++) {
    const passage = passages[i]!;
    if (passage.kind === 'title' || (i === limit && next !== undefined && next.thesis.from === 0)) break;
    isOpen ||= passage.kind === 'comment';
    if (!isOpen) continue;
    if (passage.placed.block.kind === 'table-cell') continue;
    const cut = i === limit && next !== undefined ? next.thesis.from : passage.text.length;
    const text = passage.text.slice(0, cut).trimEnd();
    if (text !== '') found.push({ ...passage, text, end: passage.start + text.length });
  }
  while (found.length > 1 && isSubtitle(found.at(-1)!)) found.pop();
  return found;
}

const isSubtitle = ({ text, placed }: Passage): boolean =>
  placed.block.kind === 'paragraph' && text.length <= longestSubtitle && /[\p{L}\d)»*]$/u.test(text);

/** The passages of a thesis, without grades inside and tables between. */
const partsOf = (thesis: Thesis, passages: readonly Passage[]): Passage[] =>
  passages
    .slice(thesis.first, thesis.last + 1)
    .filter(({ kind, placed }, i) => kind !== 'grade' && (i === 0 || placed.block.kind !== 'table-cell'))
    .map((passage, i) => cutPassage(passage, i === 0 ? thesis.from : 0, thesis.to));

const rawThesis = (parts: readonly Passage[]): string => parts.map(({ text }) => text).join(' ');

/** The recommendation of what was found. */
function write(
  found: Found,
  comments: readonly Passage[],
  passages: readonly Passage[],
  style: CitationStyle,
): Omit<Recommendation, 'number'> {
  const { thesis, scope, grades } = found;
  const parts = partsOf(thesis, passages);
  const raw = rawThesis(parts);
  const { section, block } = parts[0]!.placed;
  const strength = grades.find((grade) => grade.strength !== undefined)?.strength;
  const evidence = grades.find((grade) => grade.evidence !== undefined)?.evidence;
  return {
    ...sourceSpan(parts[0]!, parts.at(-1)!),
    text: cleanThesis(raw, style),
    ...(scope === undefined ? {} : { scope: cleanThesis(scope) }),
    ...(section === undefined ? {} : { section }),
    ...(block.page === undefined ? {} : { page: block.page }),
    ...(strength === undefined ? {} : { strength }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(grades.length === 0 ? {} : { grade: grades.map(({ text }) => text).join(' ') }),
    ...(comments.length === 0 || comments.every(({ text }) => text === '')
      ? {}
      : {
          comment: comments.map(({ text }) => text).join('\n'),
          commentSpan: sourceSpan(comments[0]!, comments.at(-1)!),
        }),
    references: readReferences(raw, style),
    marks: parts.flatMap(({ text, start, placed }) => marksOf(text, placed.block.offsets, start)),
  };
}

function cutPassage(passage: Passage, from: number, to = passage.text.length): Passage {
  const text = passage.text.slice(from, to);
  return { ...passage, text, start: passage.start + from, end: passage.start + from + text.length };
}
