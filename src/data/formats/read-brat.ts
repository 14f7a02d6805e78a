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
  /** `T` lines of all documents, and lines that are no annotation. */
  readonly mentions: number;
  /** Lines that are an annotation of some kind. */
  readonly sound: number;
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
 * Reads a folder: `NAME.txt` and `NAME.ann` for each document. Relations, events, attributes and notes are counted, and so
 * are texts and annotations without the other.
 * @throws UserError `E_READ` when it holds no annotated text or cannot be read, those of `decodeText`
 */
export function readBratFolder(folder: string): BratFolder {
  const names = orReadError(folder, () => readdirSync(folder));
  const stemsOf = (ending: string): string[] =>
    names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  const [texts, annotated] = [new Set(stemsOf('.txt')), new Set(stemsOf('.ann'))];
  const stems = [...annotated].filter((stem) => texts.has(stem)).sort();
  if (stems.length === 0) {
    throw new UserError({
      code: 'E_READ',
      where: folder,
      message: 'holds no annotated text',
      hint: expected,
    });
  }
  const types = readBratTypes(readOr(join(folder, 'annotation.conf')));
  const layout = saysWords(readOr(join(folder, 'tools.conf'))) ? 'words' : 'text';
  const problems: FormatProblem[] = [];
  const ignored: Ignored = {};
  const alone = [annotated.size, texts.size].map((files) => files - stems.length);
  if (alone[0]! > 0) ignored['.ann file without its .txt'] = alone[0]!;
  if (alone[1]! > 0) ignored['.txt file without its .ann'] = alone[1]!;
  let [mentions, sound] = [0, 0];
  const documents = stems.map((name): TextDocument => {
    const path = join(folder, `${name}.txt`);
    const bytes = orReadError(path, () => readFileSync(path));
    const text = bytes.length === 0 ? '' : decodeText(bytes, path).text;
    const ann = orReadError(path, () => readFileSync(join(folder, `${name}.ann`), 'utf8'));
    const hadMark = bytes[0] === 0xef && bytes[1] === 0xbb;
    const typeOf = (type: string): string => types.get(type) ?? type;
    const read = parseAnnotations(ann, { name, text }, problems, ignored, typeOf, hadMark);
    mentions += read.count;
    sound += read.sound;
    return { name, text, layout, mentions: read.mentions };
  });
  return { documents, mentions, sound, problems, ignored };
}

const readOr = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const expected = 'a BRAT folder holds NAME.txt and NAME.ann for each document';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is nothing at this path',
  ENOTDIR: 'this is a file, expected a BRAT folder',
  EISDIR: 'this is a folder, expected a file',
};

function orReadError<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const known = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    const message = known ?? `cannot be read (${errorMessage(error)})`;
    const hint = known === undefined ? {} : { hint: expected };
    throw new UserError({ code: 'E_READ', where, message, ...hint, cause: error });
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
