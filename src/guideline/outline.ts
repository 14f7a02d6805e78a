/** Which blocks of a guideline belong to its body, and the section of each. */
import type { Block } from '../document/types.ts';
import { findGrades } from './grade.ts';

/** A block with what is known of its place. */
export interface PlacedBlock {
  readonly block: Block;
  readonly section: string | undefined;
  /** A title, or a line that looks like one. */
  readonly isHeading: boolean;
  readonly part: 'body' | 'appendix';
}

/** Sections that stand before the body; the last of them that the document holds ends its table of contents. */
const frontMatter = /^(?:\d\.?\s*)?(?:Список сокращений|Термины и определения|Краткая информация)/;
/** Sections behind the body: they repeat recommendations as criteria, list works, define the scales. */
const backMatter =
  /^(?:\d{1,2}\.?\s*|Таблица\s*\d{1,2}\s*[.:–—-]?\s*)?(?:Критерии оценки качества|Список (?:использованной )?литературы|Библиография|Приложение\s+[А-ЯA-Z]\d{0,2}(?:[-–]\S{1,3})?[.:]?\s+\p{Lu}\p{Ll})/u;
const numbered = /^\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+\p{Lu}/u;
const longestTitle = 250;

/**
 * Whether a block reads as a title: its reader says so (but in capitals, «ЕОК IС (УДД 5 УУР С)» looks like one too), or it
 * is numbered, short, and without a full stop at its end.
 */
function looksLikeTitle({ kind, text }: Block): boolean {
  if (kind === 'heading') return findGrades(text).length === 0;
  return kind === 'paragraph' && text.length <= 160 && numbered.test(text) && !/[.;:,\]]$/.test(text);
}

/** Appendices that name the authors and define the scales. */
const aboutGuideline = /Приложение\s+[АA][12](?!\d)/;

/**
 * The blocks of body and appendices. Left out is what repeats recommendations or speaks of them: all before the end of the table
 * of contents, the criteria of quality, the works cited, the appendices on authors and methods.
 */
export function placeBlocks(blocks: readonly Block[]): PlacedBlock[] {
  const isTitle = (block: Block): boolean => block.kind !== 'table-cell' && block.text.length <= longestTitle;
  const front = blocks.findLastIndex((block) => isTitle(block) && frontMatter.test(block.text));
  const placed: PlacedBlock[] = [];
  let heading: string | undefined;
  let part: PlacedBlock['part'] | 'left out' = 'body';
  for (const block of blocks.slice(Math.max(0, front))) {
    const isBack = isTitle(block) && backMatter.test(block.text);
    if (isBack) {
      const isAppendix = /Приложение/.test(block.text) && !aboutGuideline.test(block.text);
      part = isAppendix ? 'appendix' : 'left out';
    }
    const isHeading = isBack || looksLikeTitle(block);
    if (isHeading) heading = block.text;
    if (part !== 'left out') placed.push({ block, section: heading, isHeading, part });
  }
  return placed;
}
