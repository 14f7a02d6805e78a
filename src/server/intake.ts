/** Requests as orders: a text in JSON, a file in a form, or a file as it is. */
import type { z } from '@hono/zod-openapi';
import { errorMessage } from '../base/errors.ts';
import { explainIssues, longestQuote, shownValue } from '../base/explain-issues.ts';
import { cut } from '../base/quote.ts';
import { documentFormat, looksLikeRecord } from '../document/format.ts';
import { selectTypes } from '../predict/select-types.ts';
import type { Order, ServedModel } from './analyst.ts';
import { type HeldBytes, receiveBody } from './held-bytes.ts';
import type { ServiceLimits } from './limits.ts';
import { selfPath } from './paths.ts';
import { Problem } from './problems.ts';
import type { RequestSchemas } from './schemas.ts';

/** What reading requests needs to know. */
export interface IntakeOptions {
  readonly models: readonly ServedModel[];
  readonly limits: ServiceLimits;
  readonly held: HeldBytes;
  readonly schemas: RequestSchemas;
}

/** An order, and its bytes, which count as held until they are released. */
export interface Intake {
  readonly order: Order;
  release(): void;
}

/** What a request says, whatever its form. */
interface Fields {
  readonly name?: string | undefined;
  readonly format?: string | undefined;
  readonly model?: string | undefined;
  readonly types?: string | readonly string[] | undefined;
  readonly min_score?: number | undefined;
  readonly output?: string | undefined;
}

interface Parsed {
  readonly fields: Fields;
  readonly content: string | Uint8Array;
  /** When the fields do not say it. */
  readonly name: string;
  /** When neither the fields nor the name's extension say it. */
  readonly format?: string;
}

/** Content types of files that are sent as they are, with the name and format they stand for. */
export const fileTypes: Readonly<Record<string, { readonly name: string; readonly format?: string }>> = {
  'text/plain': { name: 'document.txt', format: 'text' },
  'text/markdown': { name: 'document.md', format: 'markdown' },
  'text/html': { name: 'document.html', format: 'html' },
  'application/xhtml+xml': { name: 'document.html', format: 'html' },
  'application/pdf': { name: 'document.pdf', format: 'pdf' },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
    name: 'document.docx',
    format: 'docx',
  },
  'application/octet-stream': { name: 'document' },
};

/**
 * Reads a request.
 * @throws Problem for everything that is wrong with it, UserError `E_TYPE`
 */
export async function readOrder(request: Request, options: IntakeOptions): Promise<Intake> {
  const { schemas, limits, held, models } = options;
  const contentType = request.headers.get('content-type') ?? '';
  const mediaType = contentType.split(';')[0]!.trim().toLowerCase();
  const parse = parsers[mediaType] ?? (Object.hasOwn(fileTypes, mediaType) ? parseFile : undefined);
  if (parse === undefined) throw unknownContentType(mediaType);
  const query = check(schemas.strings, queryOf(request), 'query');
  const body = await receiveBody(request, limits, held);
  try {
    const parsed = await parse(body.bytes, contentType, schemas, mediaType);
    return {
      order: createOrder({ ...query, ...defined(parsed.fields) }, parsed, models),
      release: body.release,
    };
  } catch (error) {
    body.release();
    throw error;
  }
}

type Parse = (
  bytes: Uint8Array,
  contentType: string,
  schemas: RequestSchemas,
  mediaType: string,
) => Promise<Parsed>;

const parseJson: Parse = async (bytes, _contentType, schemas) => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Problem('E_JSON', `the body is not JSON in UTF-8: ${errorMessage(error)}`, {
      hint: 'expected is {"text": "…"}; a file is sent in a form, or as the body with its own content type',
    });
  }
  if (looksLikeRecord(value)) {
    throw wrongField(
      'body',
      'got a record of the rubricator of clinical guidelines, expected an object with "text"',
      'send the record as a file in a form (curl -F file=@record.json), or as "text" with "format": "rubricator"',
    );
  }
  const { text, ...fields } = check(schemas.json, value, '');
  return { fields, content: text, name: 'text.txt', format: 'text' };
};

const parseForm: Parse = async (bytes, contentType, schemas) => {
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new Problem('E_MULTIPART', 'the body is not the form that its content type describes', {
      hint: 'let the client make the boundary, for example: curl -F file=@guideline.pdf',
    });
  }
  const files: File[] = [];
  const strings: Record<string, string> = {};
  for (const [key, value] of form.entries()) {
    if (typeof value !== 'string') {
      if (key !== 'file')
        throw wrongField(cut(key, longestQuote), 'got a file, expected it in the field "file"', formHint);
      files.push(value);
    } else strings[key] = key in strings ? `${strings[key]},${value}` : value;
  }
  if (files.length > 1) {
    throw new Problem('E_ONE_FILE', `file: got ${files.length} files, expected one`, {
      hint: 'send a request for each: they are worked on together',
    });
  }
  const [file] = files;
  if (strings.file !== undefined) {
    throw wrongField('file', `got the text ${shownValue(strings.file)}, expected a file`, formHint);
  }
  if (file === undefined) throw wrongField('file', 'is missing, expected a file', formHint);
  const known = fileTypes[file.type.split(';')[0]!];
  return {
    fields: check(schemas.strings, strings, '', Object.keys(schemas.form.shape)),
    content: new Uint8Array(await file.arrayBuffer()),
    name: file.name === '' ? 'document' : file.name,
    ...(known?.format === undefined ? {} : { format: known.format }),
  };
};

const parseFile: Parse = async (bytes, _contentType, _schemas, mediaType) => ({
  fields: {},
  content: bytes,
  ...fileTypes[mediaType]!,
});

const parsers: Readonly<Record<string, Parse>> = {
  'application/json': parseJson,
  'multipart/form-data': parseForm,
};

function createOrder(fields: Fields, parsed: Parsed, models: readonly ServedModel[]): Order {
  const model =
    fields.model === undefined ? models.find((m) => m.default)! : findServed(fields.model, models);
  const types = typeof fields.types === 'string' ? fields.types.split(',') : fields.types;
  const name = lastPart(fields.name ?? parsed.name);
  const format = fields.format ?? (documentFormat(name) === undefined ? parsed.format : undefined);
  return {
    name,
    content: parsed.content,
    ...(format === undefined ? {} : { format }),
    model: model.name,
    ...(types === undefined ? {} : { types: selectTypes(types, model.types, 'types') }),
    ...(fields.min_score === undefined ? {} : { minScore: fields.min_score }),
    output: fields.output ?? 'json',
  };
}

function findServed(name: string, models: readonly ServedModel[]): ServedModel {
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new Problem('E_MODEL_NAME', `model: ${shownValue(name)} is not served`, {
    hint: `served: ${models.map((model) => model.name).join(', ')}`,
  });
}

/** A name without folders: names are shown and put into results, never opened. */
const lastPart = (name: string): string => name.split(/[/\\]/).at(-1) || 'document';

function queryOf(request: Request): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [key, value] of new URL(request.url).searchParams) {
    query[key] = key in query ? `${query[key]},${value}` : value;
  }
  return query;
}

const defined = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Checks fields. @param where names the place in messages; '' for the body @param known names that may be given */
function check<S extends z.ZodObject>(
  schema: S,
  value: unknown,
  where: string,
  known: readonly string[] = Object.keys(schema.shape),
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const place = (path: readonly PropertyKey[]): string => {
    const inside = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
    return [where, inside.replace(/^\./, '')].filter(Boolean).join(' ') || 'body';
  };
  const { message, hint } = explainIssues(result.error.issues, value, { place, known });
  throw new Problem('E_FIELD', message, {
    hint: hint ?? `${selfPath.reference} lists the fields and what they may be`,
  });
}

const wrongField = (name: string, message: string, hint: string): Problem =>
  new Problem('E_FIELD', `${name}: ${message}`, { hint });

/** With curl a file needs its `@`: without it the name is sent as a text. */
const formHint = 'with curl: -F file=@guideline.pdf';

function unknownContentType(mediaType: string): Problem {
  const found = mediaType === '' ? 'the request has no content type' : `the content type is ${mediaType}`;
  const known = [...Object.keys(parsers), ...Object.keys(fileTypes)];
  return new Problem('E_CONTENT_TYPE', `${found}, expected one of ${known.join(', ')}`, {
    hint: 'name it in the header Content-Type: with curl -H "Content-Type: application/json" for {"text": "…"}, or -F file=@guideline.pdf for a form',
    headers: { 'accept-post': known.join(', ') },
  });
}
