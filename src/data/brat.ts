/** BRAT standoff annotations (https://brat.nlplab.org/standoff.html): a folder of `.txt` files with an `.ann` beside each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { readDocument } from '../document/read.ts';
import type { CharSpan, Sentence } from '../document/types.ts';
import { segment } from '../text/segment.ts';
import type { EntityMention, Example } from './types.ts';

/** A mention as an `.ann` file has it: its fragments in the text, in order. */
export interface BratMention {
  /** `T1`, `T2`, … */
  readonly id: string;
  readonly type: string;
  readonly fragments: readonly CharSpan[];
}

/** A mention that did not become an entity, or became another one than annotated. */
export interface BratProblem {
  readonly file: string;
  readonly id: string;
  /** `widened`: a boundary lies inside a word, the entity has the whole word. The others were left out. */
  readonly kind: 'widened' | 'crosses sentences' | 'no word' | 'malformed';
  readonly charStart: number;
  readonly charEnd: number;
}

/** What a folder holds. */
export interface BratData {
  readonly examples: readonly (Example & { readonly document: string })[];
  readonly documents: number;
  readonly mentions: number;
  readonly problems: readonly BratProblem[];
}

/**
 * Reads a folder: texts are split into sentences and words as everywhere, mentions become entities of words.
 * Relations, events, attributes and notes are not read.
 * @throws UserError `E_READ` when it holds no annotated text
 */
export function readBrat(folder: string): BratData {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.ann') && existsSync(join(folder, name.replace(/\.ann$/, '.txt'))))
    .sort();
  if (names.length === 0) {
    const hint = 'a BRAT folder holds NAME.txt and NAME.ann for each document';
    throw new UserError({ code: 'E_READ', where: folder, message: 'holds no annotated text', hint });
  }
  const examples: BratData['examples'][number][] = [];
  const problems: BratProblem[] = [];
  let mentions = 0;
  for (const file of names) {
    const document = readDocument(join(folder, file.replace(/\.ann$/, '.txt')));
    const sentences = [...segment(document)];
    const found = parseAnnotations(readFileSync(join(folder, file), 'utf8'), file, problems);
    mentions += found.length;
    const entities = sentences.map((): EntityMention[] => []);
    for (const mention of found)
      place(mention, sentences, entities, (problem) => problems.push({ file, ...problem }));
    for (const [i, { words }] of sentences.entries())
      examples.push({
        words: words.map(({ text }) => text),
        entities: entities[i]!,
        document: document.name,
      });
  }
  return { examples, documents: names.length, mentions, problems };
}

/** The mentions of an `.ann` file: lines `T1<TAB>TYPE START END;START END<TAB>TEXT`. */
export function parseAnnotations(text: string, file: string, problems: BratProblem[]): BratMention[] {
  const mentions: BratMention[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('T')) continue;
    const [id, what = ''] = line.split('\t') as [string, string?];
    const [, type, places = ''] = /^(\S+) (.*)$/.exec(what) ?? [];
    const fragments = places.split(';').map((place) => {
      const [charStart, charEnd] = place.trim().split(' ').map(Number) as [number, number];
      return { charStart, charEnd };
    });
    const sound = fragments.every(
      ({ charStart, charEnd }) =>
        Number.isInteger(charStart) && Number.isInteger(charEnd) && charStart < charEnd,
    );
    if (type === undefined || !sound)
      problems.push({ file, id, kind: 'malformed', charStart: 0, charEnd: 0 });
    else mentions.push({ id, type, fragments: fragments.sort((a, b) => a.charStart - b.charStart) });
  }
  return mentions;
}

/** Adds a mention to the entities of its sentence, once. */
function place(
  { id, type, fragments }: BratMention,
  sentences: readonly Sentence[],
  entities: readonly EntityMention[][],
  report: (problem: Omit<BratProblem, 'file'>) => void,
): void {
  const [charStart, charEnd] = [fragments[0]!.charStart, fragments.at(-1)!.charEnd];
  const problem = (kind: BratProblem['kind']): void => report({ id, kind, charStart, charEnd });
  const touching = sentences.flatMap((sentence, i) =>
    fragments.some((part) => part.charStart < sentence.charEnd && sentence.charStart < part.charEnd)
      ? [i]
      : [],
  );
  if (touching.length > 1) {
    problem('crosses sentences');
    return;
  }
  const index = touching[0];
  const words = index === undefined ? [] : wordsOf(sentences[index]!, fragments);
  if (index === undefined || words.length === 0) {
    problem('no word');
    return;
  }
  const edges = sentences[index]!.words.flatMap(({ spans }) => [spans[0]!.charStart, spans.at(-1)!.charEnd]);
  if (fragments.some((part) => !edges.includes(part.charStart) || !edges.includes(part.charEnd)))
    problem('widened');
  const own = entities[index]!;
  const known = own.some((entity) => entity.type === type && entity.words.join() === words.join());
  if (!known) own.push({ type, words });
}

/** Indices of the words that fragments touch. */
function wordsOf({ words }: Sentence, fragments: readonly CharSpan[]): number[] {
  return words.flatMap(({ spans }, k) => {
    const [start, end] = [spans[0]!.charStart, spans.at(-1)!.charEnd];
    return fragments.some((part) => part.charStart < end && start < part.charEnd) ? [k] : [];
  });
}
