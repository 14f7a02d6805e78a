/** Glossaries as people write them: text files with an entry a line; lines that begin with `#` are comments. */
import { UserError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { readPlainText } from '../document/read.ts';
import { type Glossary, meaningWords } from '../text/glossary.ts';

/** An entry of a file. */
interface Entry {
  readonly text: string;
  /** Where it stands, for errors. */
  readonly where: string;
}

/** @param called what the file was to hold @throws UserError `E_DATA` for a file without entries, those of `readPlainText` */
function entriesOf(file: string, called: string): Entry[] {
  const entries = readPlainText(file)
    .split(/\r\n?|\n/u)
    .map((line, i) => ({ text: line.trim(), where: `${file}, line ${i + 1}` }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (entries.length > 0) return entries;
  throw new UserError({
    code: 'E_DATA',
    where: file,
    message: `holds no ${called}: expected one a line`,
  });
}

const refuse = ({ text, where }: Entry, message: string, hint: string): UserError =>
  new UserError({ code: 'E_DATA', where, message: `${quote(text)} ${message}`, hint });

/** Without the quotes that spreadsheets put around a cell. */
const unquoted = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/su, '$1')
    .trim();

/** Terms of a list, one a line, in the nominative. @throws UserError `E_DATA` for none or several columns, those of `readPlainText` */
export function readTerms(file: string): string[] {
  return entriesOf(file, 'terms').map((entry) => {
    if (!entry.text.includes('\t')) return unquoted(entry.text);
    throw refuse(entry, 'has several columns, expected a name alone', 'leave the column of the names');
  });
}

/** How an abbreviation and its meaning are told apart; the first that a line has counts. */
const SEPARATORS = [/\s+=\s+/u, /\t+/u, /\s+[–—-]\s+/u, /=/u];

/**
 * Abbreviations of a file, one a line, as `ЯБ = язвенная болезнь`; a dash with spaces around it or a tab does for the sign. Of
 * two meanings of one the last counts.
 * @throws UserError `E_DATA` that names the first line which is none, or for a file without any; those of `readPlainText`
 */
export function readAbbreviations(file: string): Record<string, string> {
  const abbreviations: Record<string, string> = {};
  for (const entry of entriesOf(file, 'abbreviations')) {
    const separator = SEPARATORS.find((one) => one.test(entry.text));
    const [abbreviation = '', ...rest] =
      separator === undefined ? [] : splitOnce(entry.text, separator).map(unquoted);
    const meaning = rest.join('');
    if (!/\p{L}/u.test(abbreviation) || meaningWords(meaning).length === 0 || meaning.includes('\t')) {
      const hint =
        'an entry is an abbreviation and its meaning: ЯБ = язвенная болезнь (a tab or a dash does as well)';
      throw refuse(entry, 'is no entry of a glossary', hint);
    }
    abbreviations[abbreviation] = meaning;
  }
  return abbreviations;
}

function splitOnce(text: string, separator: RegExp): [before: string, after: string] {
  const { index, 0: sign } = separator.exec(text)!;
  return [text.slice(0, index), text.slice(index + sign.length)];
}

/** A file of terms and the type whose names they are. */
export interface TermFile {
  readonly type: string;
  readonly file: string;
}

/** The files of a glossary. */
export interface GlossaryFiles {
  readonly abbreviations: readonly string[];
  readonly terms: readonly TermFile[];
}

/** One glossary of several files; undefined for none. @throws UserError those of the files */
export function readGlossary({ abbreviations, terms }: GlossaryFiles): Glossary | undefined {
  if (abbreviations.length + terms.length === 0) return undefined;
  const lists: Record<string, string[]> = {};
  for (const { type, file } of terms) lists[type] = [...(lists[type] ?? []), ...readTerms(file)];
  return { abbreviations: Object.assign({}, ...abbreviations.map(readAbbreviations)), terms: lists };
}
