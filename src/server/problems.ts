/** Errors as the service answers them: problem details (RFC 9457) with a stable code. */
import { errorMessage, UserError } from '../base/errors.ts';
import { selfPath } from './paths.ts';

/** A kind of problem. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Where its answers carry codes of readers: which there are. */
  readonly codes?: readonly string[];
}

/** The problems that the service itself knows, by code; readers and models have codes of their own. */
export const problemKinds = {
  E_JSON: { status: 400, title: 'Malformed JSON' },
  E_FORMAT: { status: 400, title: 'A text in a format that is not text' },
  E_FIELD: { status: 400, title: 'A field is wrong' },
  E_TYPE: { status: 400, title: 'Unknown entity type' },
  E_MODEL_NAME: { status: 400, title: 'Unknown model' },
  E_MULTIPART: { status: 400, title: 'Malformed form' },
  E_ONE_FILE: { status: 400, title: 'One document per request' },
  E_REQUEST: { status: 400, title: 'Malformed request' },
  E_TOKEN: { status: 401, title: 'Token missing or wrong' },
  E_HOST: { status: 403, title: 'Host not served here' },
  E_ORIGIN: { status: 403, title: 'Origin not allowed' },
  E_NOT_FOUND: { status: 404, title: 'Not found' },
  E_JOB: { status: 404, title: 'No such job' },
  E_METHOD: { status: 405, title: 'Method not allowed' },
  E_REQUEST_TIMEOUT: { status: 408, title: 'The request came too slowly' },
  E_JOB_STATE: { status: 409, title: 'The job has no result' },
  E_BODY_SIZE: { status: 413, title: 'Request body too large' },
  E_INPUT_SIZE: { status: 413, title: 'Document too large' },
  E_RESULT_SIZE: { status: 413, title: 'Result too large to keep' },
  E_CONTENT_TYPE: { status: 415, title: 'Content type not supported' },
  E_INPUT_TYPE: { status: 415, title: 'Document format not supported' },
  E_DOCUMENT: {
    status: 422,
    title: 'The document cannot be processed',
    codes: [
      'E_EMPTY',
      'E_BINARY',
      'E_ENCODING',
      'E_PDF',
      'E_PDF_NO_TEXT',
      'E_PDF_ENCRYPTED',
      'E_DOCX',
      'E_RUBRICATOR',
      'E_INPUT_DEPTH',
    ],
  },
  E_READER_CRASH: { status: 422, title: 'Reading the document failed twice' },
  E_HEADERS: { status: 431, title: 'Request headers too large' },
  E_BUG: { status: 500, title: 'Something went wrong inside the service' },
  E_WORKER: { status: 500, title: 'The model process failed twice' },
  E_BUSY: { status: 503, title: 'Too much work at the moment' },
  E_STOPPING: { status: 503, title: 'The service is stopping' },
  E_TIMEOUT: { status: 504, title: 'The work took too long' },
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** A code of {@link problemKinds}. */
export type ProblemCode = keyof typeof problemKinds;

/** What a kind is, in a sentence for the reference; codes in backquotes. */
export function describeKind(code: ProblemCode): string {
  const { title, codes }: ProblemKind = problemKinds[code];
  if (codes === undefined) return `${title}.`;
  return `${title}. Its \`code\` is one of ${codes.map((one) => `\`${one}\``).join(', ')}.`;
}

/** The body of an error answer. */
export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint?: string;
  /** Names the entry in the log, for problems that are no one's input. */
  readonly id?: string;
}

/** What a {@link Problem} may say besides its code and detail. */
export interface ProblemExtras {
  readonly hint?: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error with a status of its own. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.extras = extras;
  }
}

/** The body for an error; what is no {@link Problem} and no UserError tells nothing of itself but the log's id. */
export function problemJson(error: unknown, id: string): ProblemJson {
  if (error instanceof Problem) return describe(error.code, error.message, error.extras);
  if (error instanceof UserError) {
    return describe(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint });
  }
  return describe('E_BUG', 'the log of the service has the reason under this id', {
    id,
    hint: 'try again; if it stays, tell the id to whoever runs the service',
  });
}

function describe(code: string, detail: string, { retryAfter, ...extras }: ProblemExtras): ProblemJson {
  const { id, hint = retryAfter === undefined ? undefined : `try again in ${retryAfter} s` } = extras;
  const known = Object.hasOwn(problemKinds, code);
  const { status, title } = problemKinds[known ? (code as ProblemCode) : 'E_DOCUMENT'];
  return {
    type: `${selfPath.reference}#${known ? code : 'E_DOCUMENT'}`,
    title,
    status,
    detail,
    code,
    ...(hint === undefined ? {} : { hint: hint.replace(/\s*\n\s*/g, ' ') }),
    ...(id === undefined ? {} : { id }),
  };
}

/** An error answer. */
export function problemResponse(error: unknown, id: string): Response {
  const body = problemJson(error, id);
  const headers = new Headers({ 'content-type': 'application/problem+json; charset=utf-8' });
  if (error instanceof Problem) {
    const { retryAfter, headers: more = {} } = error.extras;
    if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
  }
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** An error on its way between processes: plain data. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The stack of an error that is nobody's input. */
  readonly bug?: string;
}

/** Packs an error for another process. */
export function toFailure(error: unknown): Failure {
  if (error instanceof UserError || error instanceof Problem) {
    const hint = error instanceof UserError ? error.hint : error.extras.hint;
    return { code: error.code, message: error.message, ...(hint === undefined ? {} : { hint }) };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { code: 'E_BUG', message: errorMessage(error), bug: stack ?? errorMessage(error) };
}

/** Unpacks it. */
export function fromFailure({ code, message, hint, bug }: Failure): Error {
  if (bug !== undefined) return Object.assign(new Error(message), { stack: bug });
  return new UserError({ code, message, ...(hint === undefined ? {} : { hint }) });
}
