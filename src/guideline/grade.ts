/** How strongly a thesis is advised: the notations of strength (УУР) and evidence (УДД) in Russian guidelines. */
import type { RecommendationStrength } from './types.ts';

/** A grade as it stands in a text, with what can be read off it. */
export interface Grade {
  /** Half-open range in the text, brackets and closing full stop included. */
  readonly start: number;
  readonly end: number;
  /** As written, white space made single. */
  readonly text: string;
  readonly strength?: RecommendationStrength;
  readonly evidence?: number;
}

/** Labels of the strength of a recommendation. Some guidelines exchange the nouns («убедительности доказательств»). */
const strengthLabel = [
  String.raw`[Уу]ров(?:ень|ня)\s+убедительности(?:\s+(?:рекомендаци[йи]|доказательств))?`,
  String.raw`[Сс]ил[аы]\s+рекомендаци[йи]`,
  String.raw`[Сс]тепен[ьи]\s+(?:убедительности|доказанности)(?:\s+(?:рекомендаци[йи]|доказательств))?`,
  'УУР',
].join('|');

/** Labels of the evidence behind it. */
const evidenceLabel = [
  String.raw`[Уу]ров(?:ень|ня)\s+достоверности(?:\s+(?:доказательств|рекомендаци[йи]))?`,
  String.raw`[Уу]ров(?:ень|ня)\s+доказательств(?:а|енности)?`,
  String.raw`[Уу]ров(?:ень|ня)\s+доказательности(?:\s+рекомендаци[йи])?`,
  'УДД',
  String.raw`УД(?!\p{L})`,
].join('|');

const between = String.raw`(?:\s*\((?:УУР|УДД|УД)\))?[\s:=–—−-]*`;
const alone = String.raw`(?![\p{L}\d])`;
/** Letters of either alphabet, digits, Roman numbers, each with a sublevel («2b», «IIа»). */
const value = String.raw`(?:[1-5]\s?[abcасв]?|[IІ]{1,3}\s?[abcасв]?|[IІ]?V|[ABCDАВСД]|GPP)${alone}`;
/** «Шкала уровней доказательности: А – …» defines a scale. */
const noScale = String.raw`(?<![Шш]кал[аы]\s+(?:оценки\s+)?)`;
const label = String.raw`(?<![\p{L}\d])${noScale}(?:(?<s>${strengthLabel})|(?<e>${evidenceLabel})|[Кк]ласс(?:\s+рекомендаци[йи])?)`;
/** GRADE's own notation («уровень 1A», «уровень GPP»), which says neither УУР nor УДД. */
const foreign = String.raw`(?<![\p{L}\d])[Уу]ровень\s+(?:[12][ABCDАВСД](?:\s*/\s*[12][ABCDАВСД])?|GPP)${alone}`;
const part = String.raw`(?:${label}${between}${value}(?:\s*\(\s*${value}\s*\))?|${foreign})`;
/** Classes of the European Society of Cardiology stand in front of the national grades. */
const european = String.raw`(?:ЕОК\s*[^()\n]{0,14}?\s*(?=\(?\s*(?:УУР|УДД)))?`;

const unnamed = (pattern: string): string => pattern.replaceAll(/\?<[se]>/g, '?:');
const gradePattern = new RegExp(
  String.raw`${european}[(\[]?\s*${unnamed(part)}(?:[\s,;./()–—-]*(?:и\s+)?${unnamed(part)})*\s*[)\]]*(?:\s*\.)?`,
  'gu',
);
const partPattern = new RegExp(
  String.raw`${label}${between}(?<v>${value})(?:\s*\(\s*(?<w>${value})\s*\))?`,
  'gu',
);

const letters: Readonly<Record<string, RecommendationStrength>> = {
  A: 'A',
  А: 'A',
  B: 'B',
  В: 'B',
  C: 'C',
  С: 'C',
};
const romans: Readonly<Record<string, number>> = { I: 1, II: 2, III: 3, IV: 4, V: 5 };

/** The strength that a letter of either alphabet stands for. */
export const strengthOf = (text: string): RecommendationStrength | undefined => letters[text.trim()];

/** The evidence level in `1`, `2b`, `IIa`; undefined for letters. */
export function evidenceOf(text: string): number | undefined {
  const bare = text.trim().replaceAll('І', 'I');
  const digit = /^[1-5]/.exec(bare)?.[0];
  if (digit !== undefined) return Number(digit);
  return romans[/^[IV]+/.exec(bare)?.[0] ?? ''];
}

/** All grades of a text, in order. */
export function findGrades(text: string): Grade[] {
  const grades: Grade[] = [];
  for (const found of text.matchAll(gradePattern)) {
    const raw = found[0];
    const grade = readGrade(raw);
    // «Класс II» alone grades heart failure, not a recommendation.
    if (!grade.isNamed) continue;
    const lead = raw.length - raw.trimStart().length;
    grades.push({
      start: found.index + lead,
      end: found.index + raw.length,
      text: raw.trim().replace(/\s+/g, ' '),
      ...(grade.strength === undefined ? {} : { strength: grade.strength }),
      ...(grade.evidence === undefined ? {} : { evidence: grade.evidence }),
    });
  }
  return grades;
}

/** What a whole notation says. A letter after an evidence label is the strength where no other letter is given. */
function readGrade(raw: string): {
  strength?: RecommendationStrength | undefined;
  evidence?: number | undefined;
  isNamed: boolean;
} {
  let strength: RecommendationStrength | undefined;
  let evidence: number | undefined;
  let letter: RecommendationStrength | undefined;
  let isNamed = new RegExp(foreign, 'u').test(raw);
  for (const { groups } of raw.matchAll(partPattern)) {
    const { s, e, v = '', w = '' } = groups!;
    if (s !== undefined) strength ??= strengthOf(v);
    if (e !== undefined) letter ??= strengthOf(v);
    if (s !== undefined || e !== undefined) isNamed = true;
    if (e !== undefined) evidence ??= evidenceOf(v) ?? evidenceOf(w);
    else if (s !== undefined) evidence ??= evidenceOf(w);
  }
  return { strength: strength ?? letter, evidence, isNamed };
}
