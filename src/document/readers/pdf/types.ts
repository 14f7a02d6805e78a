/** What a page of a PDF holds, in points from its upper left corner, y downwards. */

/** A piece of text in one font on one baseline. */
export interface Run {
  readonly text: string;
  readonly x: number;
  /** The baseline. */
  readonly y: number;
  readonly width: number;
  readonly size: number;
  readonly isBold: boolean;
  /** A space stands before it in the file. */
  readonly isSpaced: boolean;
}

/** A ruled line, horizontal or vertical; `x0 ≤ x1`, `y0 ≤ y1`. */
export interface Rule {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A drawn bullet: its middle. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

export interface PageContent {
  readonly width: number;
  readonly height: number;
  readonly runs: readonly Run[];
  /** Text that is not written from left to right, in the file's order. */
  readonly turned: readonly Run[];
  readonly rules: readonly Rule[];
  readonly dots: readonly Dot[];
}

/** Runs on one baseline, from left to right. */
export interface Line {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  /** The baseline. */
  readonly y: number;
  /** Font size of most of its characters. */
  readonly size: number;
  /** All its letters are bold. */
  readonly isBold: boolean;
  /** Width of its first word, which the line before had no room for. */
  readonly firstWidth: number;
  /** A bullet was drawn before it. */
  readonly hasDot: boolean;
}

/** A half-open box. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}
