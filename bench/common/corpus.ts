/**
 * Guideline-like Markdown of any size, from the sample documents: their sentences, list items and tables in new
 * combinations, with other numbers and other words of the same ending, so that few sentences are alike and the
 * vocabulary keeps growing as that of real text does.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../src/base/random.ts';

/** What sample documents are made of, each kind on its own. */
interface Parts {
  readonly headings: readonly string[];
  readonly sentences: readonly string[];
  readonly items: readonly string[];
  readonly tables: readonly string[];
  /** Words by their last letters. */
  readonly words: ReadonlyMap<string, readonly string[]>;
}

/** Share of words that another one of the same ending replaces. */
const REPLACED = 0.3;
/** Share of the replacing words that are new: the beginning of one and the end of another. */
const COINED = 0.1;
/** Share of sentences that run on into another one: the samples' are shorter than those of real guidelines. */
const JOINED = 0.3;
/** The same of sentences without a number, which hardly vary otherwise. */
const JOINED_WORDS = 0.85;
/** Share of sections with a table, whose cells are very short sentences. */
const WITH_TABLE = 0.05;

const wordPattern = /(?<![\p{L}\d])[а-яё]{5,}(?![\p{L}\d])/gu;
const numberPattern = /\d+/g;
/** What stays at the start of a line: heading, bullet or number of an item. */
const markerPattern = /^\s*(?:#+|[-*+]|\d+[.)])\s+/;

/** A folder of documents, and what is in it. */
export interface Corpus {
  readonly bytes: number;
  readonly files: number;
}

/**
 * Writes `document-0001.md`, … of about `documentBytes` each until they hold `bytes`. Same arguments: same text.
 * @param samples folder whose `.md` files are taken apart
 */
export function writeCorpus(
  samples: string,
  folder: string,
  size: { readonly bytes: number; readonly documentBytes: number },
  seed = 1,
): Corpus {
  const parts = readParts(samples);
  const random = createRandom(seed);
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  let files = 0;
  while (bytes < size.bytes) {
    files += 1;
    const wanted = Math.min(size.documentBytes, size.bytes - bytes);
    const text = composeDocument(parts, wanted, random);
    writeFileSync(join(folder, `document-${String(files).padStart(4, '0')}.md`), text);
    bytes += Buffer.byteLength(text);
  }
  return { bytes, files };
}

/** Takes the Markdown samples apart; code blocks are left out. */
function readParts(samples: string): Parts {
  const names = readdirSync(samples).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const text = names
    .sort()
    .map((name) => readFileSync(join(samples, name), 'utf8'))
    .join('\n\n');
  const blocks = text
    .replace(/^```[\s\S]*?^```/gm, '')
    .split(/\n\s*\n/)
    .map((block) => block.replace(/\s+$/, ''))
    .filter((block) => block.trim() !== '');
  const [headings, sentences, items, tables]: string[][] = [[], [], [], []];
  for (const block of blocks) {
    if (block.startsWith('#')) headings!.push(block.split('\n')[0]!);
    else if (block.startsWith('|')) tables!.push(block);
    else if (markerPattern.test(block)) items!.push(...itemsOf(block));
    else sentences!.push(...sentencesOf(block));
  }
  return { headings: headings!, sentences: sentences!, items: items!, tables: tables!, words: wordsOf(text) };
}

/** List items, each on one line without its marker. */
function itemsOf(block: string): string[] {
  return block
    .split(/\n(?=\s*(?:[-*+]|\d+[.)])\s)/)
    .map((item) => item.replace(markerPattern, '').replace(/\s*\n\s*/g, ' '));
}

function sentencesOf(block: string): string[] {
  return block.replace(/\s*\n\s*/g, ' ').split(/(?<=[.!?])\s+(?=[А-ЯЁ*])/u);
}

function wordsOf(text: string): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const word of new Set(text.match(wordPattern))) {
    const ending = word.slice(-3);
    words.set(ending, [...(words.get(ending) ?? []), word]);
  }
  return words;
}

function composeDocument(parts: Parts, bytes: number, random: Random): string {
  const pick = (list: readonly string[]): string => list[random.below(list.length)]!;
  const several = (list: readonly string[], least: number, most: number): string[] =>
    Array.from({ length: least + random.below(most - least + 1) }, () => pick(list));
  const longer = (text: string): string => {
    const share = /\d/.test(text) ? JOINED : JOINED_WORDS;
    return random.uniform() < share ? runOn(text, pick(parts.sentences)) : text;
  };
  const sections: string[] = [];
  for (let length = 0; length < bytes; ) {
    const number = `${1 + (sections.length >> 4)}.${1 + (sections.length & 15)}`;
    const blocks = [pick(parts.headings).replace(markerPattern, (marker) => `${marker}${number}. `)];
    for (let k = 1 + random.below(3); k > 0; k--)
      blocks.push(several(parts.sentences, 2, 6).map(longer).join(' '));
    if (random.uniform() < 0.6)
      blocks.push(
        several(parts.items, 3, 8)
          .map((item) => `- ${longer(item)}`)
          .join('\n'),
      );
    if (random.uniform() < WITH_TABLE) blocks.push(pick(parts.tables));
    const section = `${blocks.map((block) => vary(block, parts, random)).join('\n\n')}\n\n`;
    sections.push(section);
    length += Buffer.byteLength(section);
  }
  return sections.join('');
}

/** Two sentences as one. */
function runOn(first: string, second: string): string {
  const lower = second.slice(0, 1).toLowerCase() + second.slice(1);
  return `${first.replace(/[.;:]$/, '')}; при этом ${lower}`;
}

/** The text with other numbers of as many digits, and some other words. */
function vary(block: string, parts: Parts, random: Random): string {
  return block
    .split('\n')
    .map((line) => {
      const marker = markerPattern.exec(line)?.[0] ?? '';
      const rest = line
        .slice(marker.length)
        .replace(numberPattern, (digits) => varyNumber(digits, random))
        .replace(wordPattern, (word) =>
          random.uniform() < REPLACED ? otherWord(word, parts, random) : word,
        );
      return marker + rest;
    })
    .join('\n');
}

function varyNumber(digits: string, random: Random): string {
  const first = digits === '0' ? '0' : String(1 + random.below(9));
  return first + Array.from({ length: digits.length - 1 }, () => random.below(10)).join('');
}

function otherWord(word: string, parts: Parts, random: Random): string {
  const alike = parts.words.get(word.slice(-3)) ?? [word];
  const other = alike[random.below(alike.length)]!;
  if (random.uniform() >= COINED) return other;
  return word.slice(0, Math.ceil(word.length / 2)) + other.slice(-Math.max(3, other.length >> 1));
}
