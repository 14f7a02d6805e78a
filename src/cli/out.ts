/** `--out` of the commands: what may stand there, what it is called, and how it is written. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { isBratFolder } from '../data/formats/read-brat.ts';
import { jsonExporter } from '../export/json.ts';
import { type Output, openFileOutput, openStreamOutput } from '../export/output.ts';
import { writeRecords } from '../export/write-records.ts';
import { checkFormatOptions, chooseFormat, type FormatOptions, type FormatTable } from './choose-format.ts';
import type { CliContext, TerminalStream } from './context.ts';

/** A target as messages call it. */
export const placeName = (target: string): string => (target === '-' ? 'standard output' : target);

/** Where the summary goes: not between results. */
export const summaryStream = (target: string, context: CliContext): TerminalStream =>
  target === '-' ? context.stderr : context.stdout;

/** Opens a file, or standard output for `-`. @throws UserError `E_WRITE` */
export const openOut = (target: string, context: CliContext): Output =>
  target === '-' ? openStreamOutput(context.stdout) : openFileOutput(target);

/** Writes training data, a record a line. @throws UserError `E_WRITE` */
export async function writeTrainingData(
  records: readonly object[],
  target: string,
  context: CliContext,
): Promise<void> {
  await writeRecords(records, jsonExporter, openOut(target, context));
}

/** What {@link refuseOverwriting} compares and says. */
export interface Overwriting {
  /** The option that names the targets, for example `--out`. */
  readonly where: string;
  /** Paths to be written; `-` is none. */
  readonly targets: readonly string[];
  /** Paths that are read: documents, data files, BRAT folders. */
  readonly inputs: readonly string[];
  /** What the inputs are called. */
  readonly called: 'documents' | 'inputs';
  readonly hint?: string;
}

/**
 * Results never take the place of what they were made from. Links and relative paths are followed.
 * @throws UserError `E_OPTION`
 */
export function refuseOverwriting({ where, targets, inputs, called, hint }: Overwriting): void {
  if (targets.includes('')) {
    throw new UserError({ code: 'E_OPTION', where, message: 'the name is empty, expected a file or folder' });
  }
  const read = new Set(inputs.flatMap(filesOf).map(realFile));
  const clash = targets.find((target) => {
    const file = target === '-' ? undefined : realFile(target);
    return file !== undefined && read.has(file);
  });
  if (clash === undefined) return;
  throw new UserError({
    code: 'E_OPTION',
    where,
    message: `${clash} would be overwritten, and it is one of the ${called}`,
    hint: hint ?? 'name another file',
  });
}

/**
 * Where results of documents go, and in which format.
 * @param documents paths of the documents
 * @param nameOf the target where `--out` names none
 * @throws UserError `E_OPTION` as {@link refuseOverwriting}, {@link chooseFormat} and {@link checkFormatOptions}
 */
export function chooseTarget<F extends string>(
  formats: FormatTable<F>,
  options: FormatOptions & { readonly out?: string; readonly format?: string },
  documents: readonly string[],
  nameOf: (format: F) => string,
): { readonly format: F; readonly target: string } {
  const keep = (target: string): void =>
    refuseOverwriting({ where: '--out', targets: [target], inputs: documents, called: 'documents' });
  const { out } = options;
  if (out !== undefined) keep(out); // says more than that no results are written as .md
  const format = chooseFormat(formats, out, options.format);
  checkFormatOptions(format, options);
  const target = out ?? nameOf(format);
  keep(target);
  return { format, target };
}

/** The files that reading a path reads. */
const filesOf = (path: string): string[] =>
  isBratFolder(path)
    ? readdirSync(path)
        .filter((name) => /\.(?:ann|txt|conf)$/u.test(name))
        .map((name) => join(path, name))
    : [path];

/** The one path of a file; nothing for what is not there and for devices, which may be read and written at once. */
function realFile(path: string): string | undefined {
  try {
    const real = realpathSync.native(path);
    return statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}
