/** BRAT folders: texts with their annotations, and where a folder says so, its types and its words. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, UserError } from '../../base/errors.ts';
import { decodeText } from '../../document/encoding.ts';
import type { Example } from '../types.ts';
import { type AlignOptions, alignDocument } from './align.ts';
import { parseAnnotations } from './brat.ts';
import { readBratTypes, saysWords } from './brat-types.ts';
import type { FormatProblem, Ignored, TextDocument } from './types.ts';

/** The documents of a folder. */
export interface BratFolder {
  readonly documents: readonly TextDocument[];
  /** `T` lines of all documents. */
  readonly mentions: number;
  readonly problems: FormatProblem[];
  readonly ignored: Ignored;
}

/** Whether a path is a folder with annotations. */
export function isBratFolder(path: string): boolean {
  try {
    return readdirSync(path).some((name) => name.endsWith('.ann'));
  } catch {
    return false;
  }
}

/**
 * Reads a folder: `NAME.txt` and `NAME.ann` for each document. Relations, events, attributes and notes are counted.
 * @throws UserError `E_READ` when it holds no annotated text or cannot be read, those of `decodeText`
 */
export function readBratFolder(folder: string): BratFolder {
  const names = orReadError(folder, () => readdirSync(folder));
  const stems = names
    .filter((name) => name.endsWith('.ann') && names.includes(name.replace(/\.ann$/, '.txt')))
    .map((name) => name.slice(0, -4))
    .sort();
  if (stems.length === 0) {
    const hint = 'a BRAT folder holds NAME.txt and NAME.ann for each document';
    throw new UserError({ code: 'E_READ', where: folder, message: 'holds no annotated text', hint });
  }
  const types = readBratTypes(readOr(join(folder, 'annotation.conf')));
  const layout = saysWords(readOr(join(folder, 'tools.conf'))) ? 'words' : 'text';
  const problems: FormatProblem[] = [];
  const ignored: Ignored = {};
  const alone = names.filter(
    (name) => name.endsWith('.ann') && !names.includes(name.replace(/\.ann$/, '.txt')),
  );
  if (alone.length > 0) ignored['.ann file without its .txt'] = alone.length;
  let mentions = 0;
  const documents = stems.map((name): TextDocument => {
    const path = join(folder, `${name}.txt`);
    const bytes = orReadError(path, () => readFileSync(path));
    const text = bytes.length === 0 ? '' : decodeText(bytes, path).text;
    const ann = orReadError(path, () => readFileSync(join(folder, `${name}.ann`), 'utf8'));
    const hadMark = bytes[0] === 0xef && bytes[1] === 0xbb;
    const typeOf = (type: string): string => types.get(type) ?? type;
    const read = parseAnnotations(ann, { name, text }, problems, ignored, typeOf, hadMark);
    mentions += read.count;
    return { name, text, layout, mentions: read.mentions };
  });
  return { documents, mentions, problems, ignored };
}

const readOr = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function orReadError<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = `cannot be read (${errorMessage(error)})`;
    throw new UserError({ code: 'E_READ', where, message, cause: error });
  }
}

/** A folder's sentences and the account of its mentions. */
export interface BratData {
  readonly examples: readonly (Example & { readonly document: string })[];
  readonly documents: number;
  readonly mentions: number;
  /** Mentions that became an entity because sentences were joined. */
  readonly joined: number;
  /** Mentions that did not become an entity, or became another one than annotated. */
  readonly problems: readonly FormatProblem[];
}

/**
 * Reads a folder as sentences: texts are split into sentences and words as everywhere, mentions become entities of words.
 * @throws UserError as {@link readBratFolder}
 */
export function readBrat(folder: string, options: AlignOptions = {}): BratData {
  const { documents, mentions, problems } = readBratFolder(folder);
  let joined = 0;
  const examples = documents.flatMap((document) => {
    const aligned = alignDocument(document, problems, options);
    joined += aligned.joined;
    return aligned.sentences.map((sentence) => ({ ...sentence, document: document.name }));
  });
  return { examples, documents: documents.length, mentions, joined, problems };
}
