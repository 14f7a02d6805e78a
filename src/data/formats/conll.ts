/** CoNLL files: a word a line with its tag in the last column, an empty line after each sentence (Sang and De Meulder 2003). */

import { cut, quote } from '../../base/quote.ts';
import type { Example } from '../types.ts';
import { chooseFlat, entitiesOfTags, isSparseScheme, tagsOfEntities } from './bio.ts';
import type { FormatProblem, WordsDocument } from './types.ts';

/** What a file of tagged words holds. */
export interface TaggedData {
  readonly documents: readonly WordsDocument[];
  /** Entities that the tags begin, and tags that are none. */
  readonly mentions: number;
  /** Words with a tag, `O` too. */
  readonly sound: number;
  readonly problems: readonly FormatProblem[];
}

/** A sentence as a file has it. */
export interface TaggedLine {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  /** Where it stands, for problems: `line 12`. */
  readonly id: string;
  /** Name of each word's place, when each has its own. */
  readonly idOf?: (word: number) => string;
  readonly document: string | undefined;
}

/** Makes documents of tagged sentences; neighbours of one name are one document. */
export function readTagged(
  lines: readonly TaggedLine[],
  file: string,
  typeOf: (name: string) => string = (name) => name,
): TaggedData {
  const sparse = isSparseScheme(lines.map(({ tags }) => tags));
  const problems: FormatProblem[] = [];
  const documents: { name: string | undefined; sentences: Example[] }[] = [];
  let [mentions, sound] = [0, 0];
  for (const { words, tags, id, idOf, document } of lines) {
    const { entities, bad } = entitiesOfTags(tags);
    mentions += entities.length + bad.length;
    sound += words.length - bad.length;
    const report = (kind: FormatProblem['kind'], word: number, detail: string, type?: string): void => {
      const place = idOf?.(word) ?? id;
      problems.push({
        document: document ?? file,
        id: place,
        kind,
        ...(type === undefined ? {} : { type }),
        detail: `${quote(words[word]!)}: ${detail}`,
      });
    };
    for (const word of bad)
      report('malformed', word, `the tag ${quote(tags[word]!)} is none, expected O, B-TYPE, I-TYPE …`);
    for (const {
      beginsInside,
      words: [first],
      type,
    } of entities) {
      if (beginsInside && !sparse)
        report('begins inside', first!, `${cut(tags[first!]!)} begins an entity`, typeOf(type));
    }
    const example: Example = {
      words,
      entities: entities.map(({ type, words: own }) => ({ type: typeOf(type), words: own })),
    };
    const last = documents.at(-1);
    if (last !== undefined && last.name === document) last.sentences.push(example);
    else documents.push({ name: document, sentences: [example] });
  }
  return {
    documents: documents.map(({ name, sentences }) =>
      name === undefined ? { sentences } : { name, sentences },
    ),
    mentions,
    sound,
    problems,
  };
}

const newDocument = /^#\s*newdoc\s+id\s*=\s*(.*)$/u;
const typeName = /^#\s*type\s+(\S+)\s*=\s*(.*)$/u;
const comment = /^#(?: [^\t]*)?$/u;

/** A line of a file that holds a word. */
interface Row {
  readonly columns: readonly string[];
  readonly line: number;
  readonly document: string | undefined;
}

/** The rows of each sentence, and the types that comments tell. */
function splitRows(text: string): {
  readonly sentences: readonly Row[][];
  readonly types: ReadonlyMap<string, string>;
} {
  const types = new Map<string, string>();
  const sentences: Row[][] = [];
  let document: string | undefined;
  let open: Row[] | undefined;
  const lines = text.split(/\r?\n/u);
  const hasTabs = lines.some((line) => line.includes('\t'));
  for (const [i, line] of lines.entries()) {
    const columns = line.includes('\t') ? line.split('\t') : line.trim().split(/\s+/u);
    const isStart = columns[0] === '-DOCSTART-';
    const isComment = comment.test(line) && (hasTabs || newDocument.test(line) || typeName.test(line));
    if (line.trim() === '' || isStart) open = undefined;
    else if (!isComment) {
      if (open === undefined) {
        open = [];
        sentences.push(open);
      }
      open.push({ columns, line: i + 1, document });
    }
    if (isStart) document = /\((.+)\)/u.exec(line)?.[1]?.trim();
    if (!isComment) continue;
    document = (newDocument.exec(line)?.[1]?.trim() ?? document) || undefined;
    const [, name, display] = typeName.exec(line) ?? [];
    if (name !== undefined) types.set(name, display!);
  }
  return { sentences, types };
}

/** Reads the text of a file. Columns are separated by tabs, or by spaces where there is no tab. */
export function parseConll(text: string, file: string): TaggedData {
  const { sentences, types } = splitRows(text);
  const wordColumn = isNumbered(sentences.map((rows) => rows.map(({ columns }) => columns))) ? 1 : 0;
  const tagged = sentences.map(
    (rows): TaggedLine => ({
      words: rows.map(({ columns }) => columns[wordColumn]!),
      tags: rows.map(({ columns }) =>
        columns.length > wordColumn + 1 ? columns.at(-1)!.trim() : '(no tag)',
      ),
      id: `line ${rows[0]!.line}`,
      idOf: (word) => `line ${rows[word]!.line}`,
      document: rows[0]!.document,
    }),
  );
  return readTagged(tagged, file, (name) => types.get(name) ?? name);
}

/** Whether the first of at least three columns numbers the words of each sentence, as in CoNLL-U. */
function isNumbered(sentences: readonly (readonly (readonly string[])[])[]): boolean {
  return (
    sentences.length > 0 &&
    sentences.every((rows) => rows.every((columns, i) => columns.length > 2 && columns[0] === String(i + 1)))
  );
}

/** Writes sentences one by one. */
export interface ConllWriter {
  /** The lines that begin a document. */
  begin(name: string | undefined): string;
  sentence(sentence: Example, id: string): string;
}

const unsafe = /[\s]+/gu;

/**
 * A writer of `word<TAB>tag` lines. White space in types becomes `_`, told in a comment `# type NAME = TYPE`, so that
 * programs that split at any space read the file too.
 * @param types those that are known, so that their comments stand at the head
 * @param problems is given the entities that do not fit
 */
export function createConllWriter(types: readonly string[], problems: FormatProblem[]): ConllWriter {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  let document = '';
  const nameOf = (type: string): string => {
    const known = names.get(type);
    if (known !== undefined) return known;
    const base = type.trim().replace(unsafe, '_') || '_';
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`;
    names.set(type, name);
    taken.add(name);
    return name;
  };
  const told = new Set<string>();
  /** Comments for types that were not told yet. */
  const tell = (wanted: readonly string[]): string =>
    wanted
      .filter((type) => !told.has(type) && told.add(type) && nameOf(type) !== type)
      .map((type) => `# type ${nameOf(type)} = ${type.replace(/[\r\n]+/gu, ' ')}\n`)
      .join('');
  return {
    begin: (name) => {
      const isNamed = name !== undefined || document !== '';
      document = name ?? '';
      return (isNamed ? `# newdoc id = ${document.replace(/\s+/gu, ' ')}\n` : '') + tell(types);
    },
    sentence: ({ words, entities }, id) => {
      const { kept, discontinuous, overlapping } = chooseFlat(entities);
      const textOf = (entity: { readonly words: readonly number[] }): string =>
        quote(entity.words.map((word) => words[word]).join(' '));
      for (const entity of discontinuous) {
        const detail = `${textOf(entity)} has gaps`;
        problems.push({ document, id, kind: 'discontinuous', type: entity.type, detail });
      }
      for (const { entity, other } of overlapping) {
        const detail = `${textOf(entity)} shares words with ${other.type} ${textOf(other)}`;
        problems.push({ document, id, kind: 'overlapping', type: entity.type, detail });
      }
      const tags = tagsOfEntities(words.length, kept, nameOf);
      const lines = words.map((word, i) => `${cleanWord(word, id)}\t${tags[i]}\n`).join('');
      return `${tell(kept.map(({ type }) => type))}${lines}\n`;
    },
  };
  function cleanWord(word: string, id: string): string {
    const safe = word.replace(/[\t\r\n]/gu, ' ');
    if (safe !== word) {
      const detail = `the word ${quote(word)} holds a tab or line break, written as a space`;
      problems.push({ document, id, kind: 'changed word', detail });
    }
    return safe;
  }
}
