/** Tables and patterns by which theses and comments of a guideline are told apart. */

/** The predicate of a recommendation. */
export const recommends = /(?<!\p{L})рекоменд(?:уется|уются|уем|ован[аоы]?)(?!\p{L})/iu;

/** The predicate of a thesis that has a grade: also a prohibition, or advice that is to be given. */
export const advises =
  /(?<!\p{L})(?:рекоменд(?:уется|уются|уем|ован[аоы]?)|противопоказан[аоы]?|долж(?:ны|на) (?:быть дан[аы]|даваться) рекомендаци[ия])(?!\p{L})/iu;

/** A thesis that says so with its first word. */
export const opensThesis =
  /^[^\p{L}\d]{0,4}(?:не\s+)?рекоменд(?:уется|уются|овано|ован|ована|ованы|уем)(?!\p{L})/iu;

/** Where a comment begins: «Комментарии:», «Комментарий –», at the beginning of a block also without a sign. */
export const commentLabel =
  /(?<!\p{L})Комментари[йи](?:\s+к\s+(?:рекомендации|тезису))?\s*[:–—-]\s*|^[^\p{L}\d]{0,4}Комментари[йи]\.?\s*(?=$|\p{Lu})/u;

/** «Для #каптоприла** – УУР С»: a grade for a part of the thesis. */
export const scopePattern = /^(?:для|при|у|в отношении|в случае)\s[^.]{1,120}$/iu;

/** A text goes on in the block that follows. */
export const isUnfinished = (text: string): boolean => !/[.!?…:;\])»]\s*$/u.test(text);

/** A text goes on from the block before: with a small letter, a digit, an abbreviation. */
export const goesOn = (text: string): boolean =>
  /^(?:\p{Ll}|[\d(,;[<>≤≥–-]|[IVX]+(?!\p{L})|\p{Lu}[\p{Ll}-]{0,2}\p{Lu})/u.test(text);

/** Shorter texts without an end may be the titles of what follows. */
export const leastCutText = 60;

/** Blocks that one thesis may be made of: an introduction and its list. */
export const mostThesisBlocks = 24;

/** A line this short without a full stop, at the end of a comment, is the title of what follows. */
export const longestSubtitle = 140;
