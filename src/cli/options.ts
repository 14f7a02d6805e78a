/** Values of command-line options, checked with messages that say what would be right. */
import { Option } from 'commander';
import { UserError } from '../base/errors.ts';
import { readGlossary, type TermFile } from '../data/read-glossary.ts';
import { devices } from '../runtime/devices.ts';
import type { Glossary } from '../text/glossary.ts';

const bad = (option: string, message: string, hint?: string): UserError =>
  new UserError({ code: 'E_OPTION', where: option, message, ...(hint === undefined ? {} : { hint }) });

/** A parser of whole numbers of at least `least`, for commander. */
export function wholeNumber(option: string, least = 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least) {
      throw bad(option, `got "${text}", expected a whole number, ${least} or more`);
    }
    return value;
  };
}

/** A parser of numbers in [0, 1], decimal comma allowed. */
export function fraction(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text.replace(',', '.'));
    if (text.trim() === '' || !(value >= 0 && value <= 1)) {
      throw bad(option, `got "${text}", expected a number from 0 to 1, for example 0.5`);
    }
    return value;
  };
}

/** A parser of one of several words, for commander. */
export function choice<T extends string>(option: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((own) => own === text.toLowerCase());
    if (found !== undefined) return found;
    throw bad(option, `got "${text}", expected one of ${choices.join(', ')}`);
  };
}

/** Collects a list given as `a,b` or by repeating the option. */
export function collectList(text: string, before: readonly string[] = []): string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...before, ...items.filter((item) => item !== '')];
}

/** Collects a repeated option, one value each. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** A list of terms given as `TYPE=FILE`. */
export function termFile(argument: string): TermFile {
  const [, type, file] = /^([^=]+)=(.+)$/su.exec(argument) ?? [];
  if (type !== undefined) return { type, file: file! };
  throw bad(`--terms ${argument}`, 'expected TYPE=FILE', 'for example --terms DRUG=drugs.txt');
}

/** The glossary that options name; undefined for none. @throws UserError `E_OPTION`, those of its files */
export function chosenGlossary({ glossary = [], terms = [] }: GlossaryOptions): Glossary | undefined {
  return readGlossary({ abbreviations: glossary, terms: terms.map(termFile) });
}

/** Options of commands that take a glossary. */
export interface GlossaryOptions {
  /** Files of abbreviations. */
  readonly glossary?: readonly string[];
  /** Lists of terms, each as `TYPE=FILE`. */
  readonly terms?: readonly string[];
}

/** Options that several commands have. */
export const threadsOption = new Option('--threads <n>', 'processor threads to use').argParser(
  wholeNumber('--threads'),
);
export const deviceOption = new Option('--device <name>', `where to compute: ${devices.join(', ')}`)
  .argParser(choice('--device', devices))
  .default('cpu');
const glossaryOption = new Option(
  '--glossary <file>',
  'what abbreviations stand for, one a line: ЯБ = язвенная болезнь; may be repeated',
).argParser(collect);
const termsOption = new Option(
  '--terms <type=file>',
  'names of a type in the nominative, one a line; may be repeated',
).argParser(collect);
/** What words stand for. */
export const glossaryOptions = [glossaryOption, termsOption];
/** Of commands that run or train a model. */
export const modelOptions = [...glossaryOptions, threadsOption, deviceOption];

const delimiters: Readonly<Record<string, string>> = {
  ',': ',',
  comma: ',',
  ';': ';',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  '\t': '\t',
};

/** A CSV delimiter by sign or name. */
export function delimiter(text: string): string {
  const sign = delimiters[text.toLowerCase()];
  if (sign !== undefined) return sign;
  throw bad('--delimiter', `got "${text}", expected comma, semicolon or tab`);
}

/** The named options that were given. */
export function pick<O extends object, K extends keyof O>(options: O, ...keys: K[]): PickDefined<O, K> {
  const given = keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]);
  return Object.fromEntries(given) as PickDefined<O, K>;
}

type PickDefined<O, K extends keyof O> = { readonly [P in K]?: Exclude<O[P], undefined> };
