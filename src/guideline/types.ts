/** What a clinical guideline says about itself, and its recommendations. */
import type { CharSpan } from '../document/types.ts';

/** What the title page, or the rubricator's record, states. Absent where it is not stated. */
export interface GuidelineIdentity {
  readonly title?: string;
  /** The rubricator's identifier, for example `773` or `283_1`. */
  readonly id?: string;
  readonly icd10: readonly string[];
  /** As written, for example «Взрослые» or «Дети». */
  readonly ageCategory?: string;
  readonly year?: number;
  readonly developers: readonly string[];
}

/** Strength of a recommendation (уровень убедительности рекомендаций, УУР): Latin letters, whatever was typed. */
export type RecommendationStrength = 'A' | 'B' | 'C';

/** One thesis with what belongs to it. Offsets point into the document's text. */
export interface Recommendation extends CharSpan {
  /** From 0, in document order. */
  readonly number: number;
  /** The part of the thesis that this row's grade is for, where a thesis has several: «Для детей». */
  readonly scope?: string;
  /** The thesis without its strength, evidence level, references and service marks. */
  readonly text: string;
  readonly section?: string;
  readonly page?: number;
  readonly strength?: RecommendationStrength;
  /** Evidence level (уровень достоверности доказательств, УДД), 1 to 5. */
  readonly evidence?: number;
  /** Strength and evidence as written, also in notations that say neither («уровень GPP»). */
  readonly grade?: string;
  /** Text of its comments («Комментарии: …»). */
  readonly comment?: string;
  readonly commentSpan?: CharSpan;
  /** Numbers of the works cited, as in `[12, 15–17]`, expanded. */
  readonly references: readonly number[];
  /** Drugs marked «**» (on the list of vital drugs) or «#» (off-label) in the thesis. */
  readonly marks: readonly {
    readonly mark: 'vital' | 'off-label';
    readonly word: string;
    readonly charStart: number;
  }[];
}
