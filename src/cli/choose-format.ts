/** Which format results are written in. */
import { UserError } from '../base/errors.ts';
import { type FormatName, formatNames, formatOfPath } from '../export/exporters.ts';

/** The output format: as asked for, else by the file's extension, else JSON. @throws UserError `E_OPTION` */
export function chooseFormat(asked: string | undefined, out: string | undefined): FormatName {
  if (asked === undefined) return (out === undefined ? undefined : formatOfPath(out)) ?? 'json';
  const name = asked.toLowerCase();
  const known = formatNames.find((format) => format === name);
  if (known !== undefined) return known;
  throw new UserError({
    code: 'E_OPTION',
    where: '--format',
    message: `got "${asked}", expected one of ${formatNames.join(', ')}`,
  });
}
