/** Reads a record of the Ministry's rubricator of clinical guidelines: JSON with an identity and sections of HTML. */
import { z } from 'zod';
import { errorMessage, UserError } from '../../base/errors.ts';
import { explainIssues } from '../../base/explain-issues.ts';
import { cleanText, type Extracted, type ExtractedBlock } from '../extracted.ts';
import type { DocumentLimits } from '../limits.ts';
import type { DocumentMetadata } from '../types.ts';
import { readHtmlPage } from './html.ts';
import { countSkipped, type Skipped } from './skipped.ts';

const text = z.union([z.string(), z.number()]).nullish();

/** A line of the title page. */
const titleLine = z.object({ id: z.string().nullish(), title: text, content: z.unknown() });

const section = z.object({
  id: z.string().nullish(),
  title: text,
  content: z.string().nullish(),
  data: z.array(titleLine).nullish(),
});

/** What is read of a record; it holds much more, for the Ministry's own use. */
const record = z.object({
  id: text,
  name: text,
  mkb: text,
  mkbs: z.array(z.string()).nullish(),
  adult: z.boolean().nullish(),
  child: z.boolean().nullish(),
  obj: z.object({ sections: z.array(section).min(1) }),
});

type RubricatorRecord = z.infer<typeof record>;

/** Parses a record. @throws UserError `E_RUBRICATOR` when it is none */
function parseRecord(json: string, where: string): RubricatorRecord {
  const shape = 'a record of the rubricator of clinical guidelines ("obj.sections" with HTML)';
  const fail = (message: string, cause?: unknown): UserError =>
    new UserError({
      code: 'E_RUBRICATOR',
      where,
      message,
      hint: 'other JSON holds no document; annotated data is read by train, evaluate and predict',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw fail(`this is not JSON (${errorMessage(error)}), expected ${shape}`, error);
  }
  const parsed = record.safeParse(value);
  if (parsed.success) return parsed.data;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
    throw fail(`this JSON is ${kind}, expected ${shape}`);
  }
  const { message } = explainIssues(parsed.error.issues.slice(0, 1), value);
  throw fail(`this JSON is another object, at ${message} as in ${shape}`);
}

/** A value of the title page as text: a string, a number, or a list of them or of things with a name. */
function plainValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(plainValues);
  if (typeof value === 'string' || typeof value === 'number') {
    const clean = cleanText(String(value));
    return clean === '' ? [] : [clean];
  }
  if (typeof value !== 'object' || value === null) return [];
  const named = value as Record<string, unknown>;
  return plainValues(named.name ?? named.title ?? named.content);
}

const splitCodes = (codes: readonly string[]): string[] => [
  ...new Set(codes.flatMap((code) => code.split(/[,;/\s]+/)).filter((code) => /^[A-ZА-Я]\d/i.test(code))),
];

function ageOf(source: RubricatorRecord): string | undefined {
  const groups = [source.adult === true ? 'Взрослые' : '', source.child === true ? 'Дети' : ''];
  const named = groups.filter((group) => group !== '').join(', ');
  return named === '' ? undefined : named;
}

/** What the record says of itself: its own fields first, then the lines of the title page. */
function metadataOf(source: RubricatorRecord): DocumentMetadata {
  const lines = source.obj.sections.flatMap(({ data }) => data ?? []);
  const values = (id: string): string[] =>
    lines.filter((line) => line.id === id).flatMap(({ content }) => plainValues(content));
  const title = plainValues(source.name)[0] ?? values('title')[0];
  const id = plainValues(source.id)[0] ?? values('id')[0];
  const year = Number(/\b(?:19|20)\d\d\b/.exec(values('year').join(' '))?.[0]);
  const codes = [...(source.mkbs ?? []), ...plainValues(source.mkb), ...values('mkb')];
  const age = values('age').join(', ') || ageOf(source);
  const developers = values('proff_associations');
  return {
    ...(title === undefined ? {} : { title }),
    ...(id === undefined ? {} : { id }),
    icd10: splitCodes(codes),
    ...(age === undefined ? {} : { ageCategory: age }),
    ...(Number.isNaN(year) ? {} : { year }),
    developers,
  };
}

/** Depth of a section by its number: «2. …» 2, «2.1 …» 3, below the title. */
function levelOf(title: string): number {
  const number = /^\d+((?:\.\d+)*)\.?\s/.exec(title)?.[1];
  return number === undefined ? 2 : 2 + number.split('.').length - 1;
}

/** A section: its title, the lines of a title page, its HTML. */
function readSection(
  { title, content, data }: RubricatorRecord['obj']['sections'][number],
  table: number,
  skipped: Skipped,
  where: string,
  limits: DocumentLimits,
): ExtractedBlock[] {
  const heading = plainValues(title)[0];
  const level = levelOf(heading ?? '');
  const blocks: ExtractedBlock[] = heading === undefined ? [] : [{ kind: 'heading', text: heading, level }];
  for (const line of data ?? []) {
    for (const value of plainValues(line.content)) blocks.push({ kind: 'paragraph', text: value });
  }
  const inside = readHtmlPage(content ?? '', where, limits);
  for (const [kind, count] of Object.entries(inside.skipped)) countSkipped(skipped, kind, count);
  inside.blocks.forEach((block, i) => {
    // Many sections repeat their title as their first heading.
    if (i === 0 && block.kind === 'heading' && sameTitle(block.text, heading)) return;
    const below = block.kind === 'heading' ? { level: Math.min(6, level + (block.level ?? 1)) } : {};
    blocks.push({ ...block, ...below, ...(block.table === undefined ? {} : { table: table + block.table }) });
  });
  return blocks;
}

const sameTitle = (a: string, b: string | undefined): boolean =>
  b !== undefined && a.replace(/[\s.:]/g, '').toLowerCase() === b.replace(/[\s.:]/g, '').toLowerCase();

/**
 * The blocks of a record: title, then every section in order with its title as a heading; pictures are left out and
 * counted. A section without content leaves its heading.
 * @throws UserError `E_RUBRICATOR`, `E_INPUT_SIZE`, `E_INPUT_DEPTH`
 */
export function readRubricator(json: string, where: string, limits: DocumentLimits): Extracted {
  const source = parseRecord(json, where);
  const metadata = metadataOf(source);
  const skipped: Skipped = {};
  const blocks: ExtractedBlock[] = [];
  if (metadata.title !== undefined) blocks.push({ kind: 'heading', text: metadata.title, level: 1 });
  source.obj.sections.forEach((part, i) => {
    for (const block of readSection(part, i * limits.nodes, skipped, where, limits)) blocks.push(block);
  });
  return { blocks, skipped, metadata };
}
