/** The shapes of requests and answers: what is checked at run time, and what the API description shows. */
import { z } from '@hono/zod-openapi';

const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const fromZeroToOne = 'expected a number from 0 to 1';
const range = z.tuple([count, count]);

/** Names of types are compared letter by letter with those of the model: longer ones would take long. */
const longestNames = 2000;

/** Names of formats come from the readers and the exporters. */
export interface FormatNames {
  readonly documents: readonly string[];
  readonly outputs: readonly string[];
}

/** What a request may say besides the document itself. */
function fieldShapes({ documents, outputs }: FormatNames) {
  return {
    name: z.string().min(1).max(255).optional().openapi({
      description: 'File name: its extension says the format, and the results carry it.',
      example: 'guideline.md',
    }),
    format: z
      .enum(documents as [string, ...string[]])
      .optional()
      .openapi({ description: 'Format of the document; otherwise its name or the content type says it.' }),
    model: z.string().optional().openapi({
      description: 'One of `/api/models`; the default one when absent.',
      example: 'guidelines-ru',
    }),
    output: z
      .enum(outputs as [string, ...string[]])
      .optional()
      .openapi({ description: 'Format of the answer; `json` when absent.' }),
  };
}

/** Schemas of what comes in. */
export function createRequestSchemas(names: FormatNames) {
  const shapes = fieldShapes(names);
  const minScore = z
    .number(fromZeroToOne)
    .min(0, fromZeroToOne)
    .max(1, fromZeroToOne)
    .openapi({ description: 'Only entities at least this certain.', example: 0.5 });
  const types =
    'Only these types. Case and punctuation do not matter, and a beginning is enough: `drug`, `dosage`.';
  const text = z.string().openapi({
    description: 'The document.',
    example: 'Рекомендуется цитарабин 100 мг/м2 два раза в сутки.',
  });
  const json = z
    .strictObject({
      text,
      ...shapes,
      types: z
        .array(z.string().max(longestNames), 'expected an array, for example ["drug", "dosage"]')
        .optional()
        .openapi({ description: types, example: ['drug', 'dosage'] }),
      min_score: minScore.optional(),
    })
    .openapi('TextRequest');
  /** Fields as they come in an address or a form: all strings, types separated by commas or repeated. */
  const strings = z.strictObject({
    ...shapes,
    types: z
      .string()
      .max(longestNames)
      .optional()
      .openapi({ description: `${types} Separated by commas.`, example: 'drug,dosage' }),
    min_score: z
      .string()
      .regex(/^\d*[.,]?\d+$/, fromZeroToOne)
      .transform((value) => Number(value.replace(',', '.')))
      .pipe(minScore)
      .optional()
      .openapi({
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'Only entities at least this certain.',
      }),
  });
  const form = strings
    .extend({
      file: z.any().openapi({ type: 'string', format: 'binary', description: 'The document.' }),
    })
    .openapi('FileRequest');
  return { json, strings, form };
}

/** Schemas of {@link createRequestSchemas}. */
export type RequestSchemas = ReturnType<typeof createRequestSchemas>;

export const problemSchema = z
  .strictObject({
    type: z.string().openapi({ description: 'Where this kind of problem is described.' }),
    title: z.string(),
    status: z.int(),
    detail: z
      .string()
      .openapi({ description: 'What is wrong here: where, what was found, what was expected.' }),
    code: z.string().openapi({ description: 'Stable, for programs.', example: 'E_FIELD' }),
    hint: z.string().optional().openapi({ description: 'What to do about it.' }),
    id: z.string().optional().openapi({ description: 'The entry in the log of the service.' }),
  })
  .openapi('Problem');

export const modelsSchema = z
  .strictObject({
    models: z.array(
      z.strictObject({
        name: z.string(),
        types: z.array(z.string()),
        default: z.boolean(),
        bytes: count.openapi({ description: 'Size of the weights.' }),
        f1: z
          .number()
          .nullable()
          .openapi({ description: 'Strict micro F1 on the dev data, where it is known.' }),
      }),
    ),
  })
  .openapi('Models');

const entity = z
  .strictObject({
    type: z.string().openapi({ example: 'DRUG' }),
    index: z.array(count).openapi({ description: 'Ascending word indices; with gaps when discontinuous.' }),
    text: z.string().openapi({ description: 'Its words, joined by spaces.' }),
    spans: z
      .array(range)
      .openapi({ description: 'Half-open ranges of the document’s `text`, in UTF-16 code units.' }),
    score: fraction.openapi({ description: 'How sure the model is.' }),
  })
  .openapi('Entity');

const sentence = z
  .strictObject({
    source_file: z.string(),
    path: z.string().optional(),
    start: count.openapi({ description: 'Half-open range of `text`, with `end`.' }),
    end: count,
    sentence_text: z.string().openapi({ description: 'The words, joined by spaces.' }),
    orig_sentence: z.string().openapi({ description: 'The sentence as it stands in `text`.' }),
    sentence: z.array(z.string()).openapi({ description: 'The words.' }),
    section: z.string().optional().openapi({ description: 'Heading above it.' }),
    page: count.optional(),
    entities: z.array(entity),
    word_spans: z.array(z.array(range)).openapi({ description: 'Per word its ranges of `text`.' }),
  })
  .openapi('Sentence');

const block = z
  .strictObject({
    kind: z.enum(['heading', 'paragraph', 'list-item', 'table-cell']),
    start: count,
    end: count,
    level: count.optional().openapi({ description: 'Depth of a heading, from 1.' }),
    page: count.optional(),
    row: count.optional(),
    column: count.optional(),
  })
  .openapi('Block');

const charSpan = { charStart: count, charEnd: count };

const recommendation = z
  .strictObject({
    number: count.openapi({ description: 'From 0, in document order.' }),
    ...charSpan,
    text: z
      .string()
      .openapi({ description: 'The thesis without its strength, evidence level and references.' }),
    scope: z.string().optional().openapi({
      description: 'The part of the thesis that this grade is for, where a thesis has several.',
    }),
    section: z.string().optional(),
    page: count.optional(),
    strength: z.enum(['A', 'B', 'C']).optional(),
    evidence: z.int().min(1).max(5).optional(),
    grade: z.string().optional().openapi({ description: 'Strength and evidence as written.' }),
    comment: z.string().optional(),
    commentSpan: z.strictObject(charSpan).optional(),
    references: z.array(count),
    marks: z.array(
      z.strictObject({ mark: z.enum(['vital', 'off-label']), word: z.string(), charStart: count }),
    ),
  })
  .openapi('Recommendation');

const guideline = z
  .strictObject({
    title: z.string().optional(),
    id: z.string().optional(),
    icd10: z.array(z.string()),
    ageCategory: z.string().optional(),
    year: z.int().optional(),
    developers: z.array(z.string()),
  })
  .openapi('GuidelineIdentity');

/** `DocumentResult` of `predict/document-result.ts`. */
export const documentResultSchema = z
  .strictObject({
    name: z.string(),
    format: z.string(),
    model: z.string(),
    types: z.array(z.string()).openapi({ description: 'The entity types of the model.' }),
    text: z.string().openapi({ description: 'What all offsets point into.' }),
    blocks: z.array(block),
    sentences: z.array(sentence).openapi({ description: 'Every sentence, also those without entities.' }),
    guideline,
    abbreviations: z
      .record(z.string(), z.string())
      .openapi({ description: 'Abbreviations that the document explains, and what they stand for.' }),
    recommendations: z.array(recommendation),
    summary: z.strictObject({
      sentences: count,
      entities: count,
      byType: z.record(z.string(), count),
      skipped: z.record(z.string(), count).openapi({ description: 'What the reader left out, by kind.' }),
      windowed: count.openapi({ description: 'Sentences that were cut into windows.' }),
      bounded: count.openapi({ description: 'Sentences with more readings than are followed.' }),
      seconds: z.number(),
    }),
  })
  .openapi('DocumentResult');

export const acceptedSchema = z
  .strictObject({ id: z.uuid(), status_url: z.string(), events_url: z.string() })
  .openapi('AcceptedJob');

export const jobSchema = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['queued', 'reading', 'tagging', 'done', 'failed', 'cancelled']),
    progress: fraction,
    sentences: count,
    entities: count,
    error: problemSchema.optional(),
  })
  .openapi('Job');

export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'stopping']).openapi({
      description:
        '`degraded`: processes are being replaced, work waits; `stopping`: no new work is accepted.',
    }),
    version: z.string(),
    models: z.array(z.string()),
    workers: z.strictObject({ alive: count, busy: count }),
    queue: count.openapi({ description: 'Documents that wait.' }),
  })
  .openapi('Health');
