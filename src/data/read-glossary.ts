/** Glossaries as people write them: text files with an entry a line; lines that begin with `#` are comments. */
import { UserError } from '../base/errors.ts';
import { readPlainText } from '../document/read.ts';
import { type Glossary, meaningWords } from '../text/glossary.ts';

/** Entries of a file with their line numbers, from 1. */
function entriesOf(file: string): { readonly entry: string; readonly line: number }[] {
  return readPlainText(file)
    .split(/\r?\n/u)
    .map((text, i) => ({ entry: text.trim(), line: i + 1 }))
    .filter(({ entry }) => entry !== '' && !entry.startsWith('#'));
}

/** Terms of a list, one a line, in the nominative. @throws UserError `E_DATA` for none, those of `readPlainText` */
export function readTerms(file: string): string[] {
  const terms = entriesOf(file).map(({ entry }) => entry);
  if (terms.length > 0) return terms;
  throw new UserError({ code: 'E_DATA', where: file, message: 'holds no terms: expected one a line' });
}

/**
 * Abbreviations of a file, one a line, as `ЯБ = язвенная болезнь`; a dash with spaces around it or a tab does for the sign.
 * @throws UserError `E_DATA` that names the first line which is none, or for a file without any; those of `readPlainText`
 */
export function readAbbreviations(file: string): Record<string, string> {
  const abbreviations: Record<string, string> = {};
  for (const { entry, line } of entriesOf(file)) {
    const [, abbreviation, meaning] = /^(.+?)(?:\s*=\s*|\s+[–—-]\s+|\t+)(.+)$/u.exec(entry) ?? [];
    if (abbreviation === undefined || meaningWords(meaning!).length === 0) {
      const hint = 'an entry is an abbreviation and its meaning: ЯБ = язвенная болезнь';
      throw new UserError({
        code: 'E_DATA',
        where: `${file}, line ${line}`,
        message: `"${entry}" is no entry of a glossary`,
        hint,
      });
    }
    abbreviations[abbreviation.trim()] = meaning!.trim();
  }
  if (Object.keys(abbreviations).length > 0) return abbreviations;
  throw new UserError({
    code: 'E_DATA',
    where: file,
    message: 'holds no abbreviations: expected one a line',
  });
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
