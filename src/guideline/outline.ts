/** Which blocks of a guideline belong to its body, and the section of each. */
import type { Block } from '../document/types.ts';
import { findGrades } from './grade.ts';

/** A block with what is known of its place. */
export interface PlacedBlock {
  readonly block: Block;
  readonly section: string | undefined;
  /** A title, or a line that looks like one. */
  readonly isHeading: boolean;
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

/** The blocks of the body, from the end of the table of contents to the criteria of quality, works cited and appendices. */
export function placeBody(blocks: readonly Block[]): PlacedBlock[] {
  const isTitle = (block: Block): boolean => block.kind !== 'table-cell' && block.text.length <= longestTitle;
  const front = blocks.findLastIndex((block) => isTitle(block) && frontMatter.test(block.text));
  const back = blocks.findIndex((block, i) => i > front && isTitle(block) && backMatter.test(block.text));
  const body = blocks.slice(Math.max(0, front), back < 0 ? undefined : back);
  let heading: string | undefined;
  return body.map((block) => {
    const isHeading = looksLikeTitle(block);
    if (isHeading) heading = block.text;
    return { block, section: heading, isHeading };
  });
}
