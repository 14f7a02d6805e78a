/** The configuration of a BRAT folder: types under the names that brat allows, with their colours. */
import { typeColor } from './colors.ts';

const latin: Readonly<Record<string, string>> = Object.fromEntries(
  [...'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'].map((letter, i) => [
    letter,
    'a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya'.split(' ')[i]!,
  ]),
);

/** A name of Latin letters, digits, `_` and `-`: the only characters that brat takes in types. */
function safeName(type: string): string {
  const spelled = [...type]
    .map((letter) => {
      const small = latin[letter.toLowerCase()];
      if (small === undefined) return letter;
      return letter === letter.toLowerCase() ? small : small.toUpperCase();
    })
    .join('');
  const name = spelled.replace(/[^A-Za-z0-9_-]+/gu, '_').replace(/^_+|_+$/gu, '');
  return name === '' ? 'TYPE' : name;
}

/** Names of types, given as they are met. */
export interface BratTypes {
  nameOf(type: string): string;
  /** `annotation.conf`, `visual.conf`, and `tools.conf` where texts are words separated by spaces. */
  files(layout: 'text' | 'words'): readonly { readonly name: string; readonly data: string }[];
}

/** The comment in `tools.conf` that says what no setting of brat can: the words are to be taken as they stand. */
const wordsMark = '# layout: words';

/** Starts with the types that are known. */
export function createBratTypes(known: readonly string[] = []): BratTypes {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const nameOf = (type: string): string => {
    const given = names.get(type);
    if (given !== undefined) return given;
    const base = safeName(type);
    let name = base;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    taken.add(name.toLowerCase());
    names.set(type, name);
    return name;
  };
  for (const type of known) nameOf(type);
  return {
    nameOf,
    files: (layout) => {
      const pairs = [...names];
      const renamed = pairs.filter(([type, name]) => type !== name);
      const comments = renamed.map(([type, name]) => `# ${name} = ${JSON.stringify(type)}\n`).join('');
      const entities = pairs.map(([, name]) => `${name}\n`).join('');
      const labels = renamed.map(
        ([type, name]) => `${name} | ${type.replace(/[|\s]+/gu, ' ').trim() || name}\n`,
      );
      const drawing = pairs.map(([, name], i) => `${name}\tbgColor:${typeColor(i)}, borderColor:darken\n`);
      const files = [
        {
          name: 'annotation.conf',
          data: `${comments}[entities]\n${entities}\n[relations]\n\n[events]\n\n[attributes]\n`,
        },
        {
          name: 'visual.conf',
          data: `[labels]\n${labels.join('')}\n[drawing]\nSPAN_DEFAULT\tfgColor:black, bgColor:lightgray, borderColor:darken\n${drawing.join('')}`,
        },
      ];
      const tools = `${wordsMark}\n[options]\nTokens\ttokenizer:whitespace\nSentences\tsplitter:newline\n`;
      return layout === 'text' ? files : [...files, { name: 'tools.conf', data: tools }];
    },
  };
}

/** The types that `annotation.conf` tells in its comments, by name. */
export function readBratTypes(annotationConf: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const [, name, quoted] of annotationConf.matchAll(/^# (\S+) = (".*")\r?$/gmu)) {
    try {
      types.set(name!, JSON.parse(quoted!) as string);
    } catch {
      // Somebody's own comment.
    }
  }
  return types;
}

/** Whether `tools.conf` says that texts are words separated by spaces, a sentence a line. */
export const saysWords = (toolsConf: string): boolean => toolsConf.split(/\r?\n/u).includes(wordsMark);
