/** Names of data formats, apart from what reads and writes them so that the help is quick. */

/** Formats other than the training format that data is read from. */
export const annotatedFormats = ['brat', 'label-studio', 'conll', 'bio-jsonl'] as const;

/** One of {@link annotatedFormats}. */
export type AnnotatedFormat = (typeof annotatedFormats)[number];

/** Formats that data is read from; the training format goes by `json`, whether an array or lines. */
export const inputFormats = ['json', ...annotatedFormats] as const;

/** One of {@link inputFormats}. */
export type InputFormat = (typeof inputFormats)[number];

/** Formats that data is written in. */
export const dataFormats = ['json', 'jsonl', ...annotatedFormats] as const;

/** One of {@link dataFormats}. */
export type DataFormat = (typeof dataFormats)[number];
