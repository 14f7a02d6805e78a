/** BRAT standoff annotations (https://brat.nlplab.org/standoff.html): lines of an `.ann` file that point into its `.txt`. */

import { quote } from '../../base/quote.ts';
import type { CharSpan } from '../../document/types.ts';
import { chooseOffsets, codePointOffsets, sameText } from './offsets.ts';
import {
  countIgnored,
  type FormatProblem,
  type Ignored,
  type TextDocument,
  type TextMention,
} from './types.ts';

/** What an `.ann` file holds. */
export interface BratAnnotations {
  readonly mentions: readonly TextMention[];
  /** Its `T` lines, and those that are no annotation of any kind. */
  readonly count: number;
  /** Lines that are an annotation of some kind. */
  readonly sound: number;
}

interface Line {
  readonly id: string;
  readonly type: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly text: string;
}

const kinds: Readonly<Record<string, string>> = {
  R: 'relation',
  E: 'event',
  A: 'attribute',
  M: 'attribute',
  N: 'normalisation',
  '#': 'note',
  '*': 'equivalence',
};

/** Notes of this kind hold a score that {@link writeAnnotations} wrote. */
const scoreNote = /^#\d+\tAnnotatorNotes (\S+)\tscore (\d(?:\.\d+)?)\s*$/u;

/**
 * Reads an `.ann` file: lines `T1<TAB>TYPE START END;START END<TAB>TEXT`. Offsets count code points; where they do not
 * fit the repeated texts and another way of counting does, that is taken.
 * @param typeOf the type behind a name
 * @param hadMark whether the text began with a byte-order mark
 */
export function parseAnnotations(
  ann: string,
  { name, text }: { readonly name: string; readonly text: string },
  problems: FormatProblem[],
  ignored: Ignored,
  typeOf: (name: string) => string = (type) => type,
  hadMark = false,
): BratAnnotations {
  const lines: Line[] = [];
  const scores = new Map<string, number>();
  let [count, others] = [0, 0];
  for (const [i, line] of ann
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .entries()) {
    const note = scoreNote.exec(line);
    const other = kinds[line[0] ?? ''];
    if (line.trim() === '') continue;
    if (note !== null) scores.set(note[1]!, Number(note[2]));
    if (note !== null || other !== undefined) {
      others++;
      if (note === null) countIgnored(ignored, other!);
      continue;
    }
    count++;
    const read = parseLine(line);
    if (typeof read === 'string') {
      const id = /^T\d+(?=\s|$)/u.exec(line)?.[0] ?? `line ${i + 1}`;
      problems.push({ document: name, id, kind: 'malformed', detail: `${quote(line)}: ${read}` });
    } else lines.push(read);
  }
  const offset = chooseOffsets(text, lines, hadMark);
  const mentions = lines.flatMap(({ id, type: typeName, ranges, text: repeated }): TextMention[] => {
    const type = typeOf(typeName);
    const shown = ranges.map((range) => range.join(' ')).join(';');
    const places = ranges.map(([start, end]) => ({ charStart: offset(start), charEnd: offset(end) }));
    const fragments = places.filter(
      (place): place is CharSpan => place.charStart !== undefined && place.charEnd !== undefined,
    );
    if (fragments.length < places.length) {
      const detail = `offsets ${shown} in a text of ${text.length} characters`;
      problems.push({ document: name, id, kind: 'outside', type, detail });
      return [];
    }
    const found = fragments.map(({ charStart, charEnd }) => text.slice(charStart, charEnd));
    if (repeated !== '' && !sameText(found, repeated)) {
      const detail = `${quote(found.join(' '))} stands there, the annotation says ${quote(repeated)}`;
      const [charStart, charEnd] = [fragments[0]!.charStart, fragments.at(-1)!.charEnd];
      problems.push({ document: name, id, kind: 'text differs', type, charStart, charEnd, detail });
      return [];
    }
    const score = scores.get(id);
    return [
      {
        id,
        type,
        fragments: [...fragments].sort((a, b) => a.charStart - b.charStart),
        ...(score === undefined ? {} : { score }),
      },
    ];
  });
  return { mentions, count, sound: lines.length + others };
}

/** Takes a `T` line apart. @returns what is wrong with it otherwise */
function parseLine(line: string): Line | string {
  if (!line.startsWith('T')) return `no annotation begins so, expected T, ${Object.keys(kinds).join(', ')}`;
  const [id, what, text = ''] = line.split('\t') as [string, string?, string?];
  if (what === undefined) return 'there is no tab';
  const [, type, places] = /^(\S+) (.*)$/u.exec(what) ?? [];
  if (type === undefined) return 'expected a type and offsets';
  const ranges = places!.split(';').map((place) => place.trim().split(/ +/u).map(Number));
  for (const range of ranges) {
    const [start, end] = range;
    if (range.length !== 2 || !range.every((value) => Number.isInteger(value) && value >= 0))
      return 'an offset is no whole number';
    if (start! >= end!) return 'a range ends where it starts, or before';
  }
  return { id, type, ranges: ranges as unknown as [number, number][], text };
}

/**
 * The `.ann` file of a document. brat wants no line break inside a fragment: there a fragment is divided.
 * @param nameOf the name of a type in the file
 */
export function writeAnnotations(
  { text, mentions }: Pick<TextDocument, 'text' | 'mentions'>,
  nameOf: (type: string) => string,
): string {
  const count = codePointOffsets(text);
  let notes = 0;
  return mentions
    .map(({ type, fragments, score }, i) => {
      const parts = fragments.flatMap((fragment) => withoutBreaks(text, fragment));
      const places = parts.map(({ charStart, charEnd }) => `${count(charStart)} ${count(charEnd)}`).join(';');
      const own = parts.map(({ charStart, charEnd }) => text.slice(charStart, charEnd)).join(' ');
      const note = score === undefined ? '' : `#${++notes}\tAnnotatorNotes T${i + 1}\tscore ${score}\n`;
      return `T${i + 1}\t${nameOf(type)} ${places}\t${own.replace(/\t/gu, ' ')}\n${note}`;
    })
    .join('');
}

/** The parts of a range on each of its lines, without white space at their ends. */
function withoutBreaks(text: string, { charStart, charEnd }: CharSpan): CharSpan[] {
  const slice = text.slice(charStart, charEnd);
  if (!/[\r\n]/u.test(slice)) return [{ charStart, charEnd }];
  return [...slice.matchAll(/\S[^\r\n]*/gu)].map((found) => {
    const start = charStart + found.index;
    return { charStart: start, charEnd: start + found[0].trimEnd().length };
  });
}

/** The name of a document's files without their ending: no character that a file system or brat minds, each only once. */
export function createFileNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const bare = name
      .replace(/\.txt$/iu, '')
      .replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_')
      .replace(/^[.\s]+|[.\s]+$/gu, '');
    const base = bare === '' ? 'document' : bare;
    let file = base;
    for (let i = 2; taken.has(file.toLowerCase()); i++) file = `${base}-${i}`;
    taken.add(file.toLowerCase());
    return file;
  };
}
