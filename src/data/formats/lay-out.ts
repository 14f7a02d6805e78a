/** Sentences of words as a text: a space between two words, a sentence a line, with the places of all of them. */

import { quote } from '../../base/quote.ts';
import type { CharSpan } from '../../document/types.ts';
import type { EntityMention, Example } from '../types.ts';
import type { FormatProblem, TextDocument, TextMention, WordsDocument } from './types.ts';

/** Most sentences of a document made of data that names none. */
const sentencesOfPart = 100;

/**
 * Gives every document a name, once: what has none becomes parts of 100 sentences, `stem-001`, `stem-002` and so on.
 */
export function nameDocuments(documents: readonly WordsDocument[], stem: string): NamedDocument[] {
  const nameless = documents.filter(({ name }) => name === undefined);
  const parts = nameless.flatMap(({ sentences }) => chunk(sentences));
  const width = Math.max(3, String(parts.length).length);
  const byName = new Map<string, Example[]>();
  for (const { name, sentences } of documents) {
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), ...sentences]);
  }
  const named = [...byName].map(([name, sentences]) => ({ name, sentences }));
  const numbered = parts.map((sentences, i) => ({
    name: parts.length === 1 && named.length === 0 ? stem : `${stem}-${String(i + 1).padStart(width, '0')}`,
    sentences,
  }));
  return [...named, ...numbered];
}

/** A document that has a name. */
export type NamedDocument = Required<WordsDocument>;

function chunk(sentences: readonly Example[]): (readonly Example[])[] {
  const parts: Example[][] = [];
  for (let at = 0; at < sentences.length; at += sentencesOfPart)
    parts.push(sentences.slice(at, at + sentencesOfPart));
  return parts;
}

/** Neighbouring words of an entity as one range each. */
export function wordRanges(entity: EntityMention, places: readonly CharSpan[]): CharSpan[] {
  const ranges: CharSpan[] = [];
  let previous = -2;
  for (const word of entity.words) {
    const { charStart, charEnd } = places[word]!;
    const open = ranges.at(-1);
    if (open !== undefined && word === previous + 1)
      ranges[ranges.length - 1] = { charStart: open.charStart, charEnd };
    else ranges.push({ charStart, charEnd });
    previous = word;
  }
  return ranges;
}

/**
 * Lays a document out as text. A space inside a word is made a no-break space, a line break too, and listed.
 * @param problems is given what was changed
 */
export function layOut(document: NamedDocument, problems: FormatProblem[]): TextDocument {
  const lines: string[] = [];
  const mentions: TextMention[] = [];
  let at = 0;
  for (const { words, entities } of document.sentences) {
    const places: CharSpan[] = [];
    let line = '';
    for (const word of words) {
      const safe = word.replace(/[ \n\r]/g, '\u00A0');
      if (line !== '') line += ' ';
      const charStart = at + line.length;
      line += safe;
      const place = { charStart, charEnd: at + line.length };
      places.push(place);
      if (safe !== word) {
        const detail = `the word ${quote(word)} holds a space, written as a no-break space`;
        problems.push({
          document: document.name,
          id: `line ${lines.length + 1}`,
          kind: 'changed word',
          ...place,
          detail,
        });
      }
    }
    for (const entity of entities) {
      const id = `T${mentions.length + 1}`;
      mentions.push({ id, type: entity.type, fragments: wordRanges(entity, places) });
    }
    lines.push(line);
    at += line.length + 1;
  }
  return { name: document.name, text: lines.map((line) => `${line}\n`).join(''), layout: 'words', mentions };
}

/** A word with its place. */
export interface PlacedWord {
  readonly text: string;
  readonly spans: readonly CharSpan[];
}

/** The sentences of a text that {@link layOut} made, with the places of their words. */
export function readLayout(text: string): PlacedWord[][] {
  const sentences: PlacedWord[][] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const words: PlacedWord[] = [];
    let charStart = at;
    for (const word of line.split(' ')) {
      const charEnd = charStart + word.length;
      if (word.trim() !== '') words.push({ text: word, spans: [{ charStart, charEnd }] });
      charStart = charEnd + 1;
    }
    if (words.length > 0) sentences.push(words);
    at += line.length + 1;
  }
  return sentences;
}
