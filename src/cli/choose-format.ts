/** Which format results are written in, and which options fit it. */
import { UserError } from '../base/errors.ts';
import { extensionOf } from '../export/extension.ts';

/** Formats by name, the first of which is written where nothing else is asked for. */
export type FormatTable<F extends string> = Readonly<Record<F, { readonly extension: string }>>;

const bad = (where: string, message: string, hint: string): UserError =>
  new UserError({ code: 'E_OPTION', where, message, hint });

/**
 * The output format: as asked for, else by the extension of the file; the table's first where neither says one.
 * @param asked the value of `--format`, in any case
 * @throws UserError `E_OPTION` when it is no format, contradicts the extension, or the extension alone says none
 */
export function chooseFormat<F extends string>(
  formats: FormatTable<F>,
  out: string | undefined,
  asked?: string,
): F {
  const names = Object.keys(formats) as F[];
  const extension = out === undefined ? '' : extensionOf(out);
  const meant = names.find((name) => extension !== '' && formats[name].extension === extension);
  if (asked === undefined) {
    if (meant !== undefined) return meant;
    if (extension === '') return names[0]!;
    const known = new Set(names.map((name) => formats[name].extension).filter((ending) => ending !== ''));
    const expected = [...known].map((ending) => `.${ending}`).join(', ');
    const message = `".${extension}" is no extension of a format written here, expected ${expected}`;
    throw bad(out!, message, `a name without an extension is written as ${names[0]}`);
  }
  const chosen = names.find((name) => name === asked.toLowerCase());
  if (chosen === undefined) {
    const message = `got "${asked}", expected one of ${names.join(', ')}`;
    throw new UserError({ code: 'E_OPTION', where: '--format', message });
  }
  // An extension that says nothing may be what another program wants to see.
  if (meant === undefined || formats[chosen].extension === extension) return chosen;
  const message = `got "${chosen}", but the name ${out} says ${meant}`;
  throw bad('--format', message, 'leave --format out, or name a file with another extension');
}

/** Options that one format only knows. */
const formatOf = { delimiter: 'csv', language: 'html' } as const;

/** Options of formats, as given. */
export type FormatOptions = { readonly [Name in keyof typeof formatOf]?: unknown };

/** Refuses options that would have no effect. @throws UserError `E_OPTION` */
export function checkFormatOptions(format: string, options: FormatOptions): void {
  for (const name of Object.keys(formatOf) as (keyof typeof formatOf)[]) {
    const own = formatOf[name];
    if (options[name] === undefined || format === own) continue;
    const message = `has no effect on ${format}, expected it with ${own} only`;
    throw bad(`--${name}`, message, `write ${own} (--format ${own}), or leave --${name} out`);
  }
}
