/** Turns the PATH arguments of a command (files, folders, globs) into the list of documents to read. */
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { UserError } from '../base/errors.ts';
import { documentExtensions, documentFormat, REPORT_MARK } from './format.ts';
import { unsupportedType } from './from-bytes.ts';
import { defaultLimits } from './limits.ts';
import { inputError } from './read.ts';

/** What was found, and what was wrong with the rest. */
export interface Discovery {
  /** Paths of documents, sorted, each once. */
  readonly files: readonly string[];
  /** One error for each argument (or folder inside one) that gave nothing or could not be read. */
  readonly failures: readonly UserError[];
  /** Files met in folders and by patterns that are no documents, sorted, each once. */
  readonly others: readonly string[];
}

/** What is found on the way. */
interface Found {
  readonly failures: UserError[];
  readonly others: string[];
}

/** Folders that hold no documents of the user's. */
const ignoredFolders = new Set(['node_modules']);

const isIgnored = (name: string): boolean => name.startsWith('.') || ignoredFolders.has(name);

const expected = documentExtensions.map((extension) => `*${extension}`).join(', ');

function statOrError(path: string): Stats | NodeJS.ErrnoException {
  try {
    return statSync(path);
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Bytes in which {@link REPORT_MARK} stands. */
const HEAD_BYTES = 512;

function isReport(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.toString('latin1', 0, readSync(file, head)).includes(REPORT_MARK);
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // reading it will say why not
  }
}

/**
 * Whether a file that was met in a folder is to be read. Most JSON is data or results, and only what may be a record of the
 * rubricator is taken; so is HTML that is no report of ours. A file that is named itself is always read, and then told what is
 * wrong with it.
 */
function isDocument(path: string): boolean {
  const format = documentFormat(path);
  if (format === 'html') return !isReport(path);
  if (format !== 'rubricator') return format !== undefined;
  try {
    if (statSync(path).size > defaultLimits.richBytes) return false;
    const text = readFileSync(path, 'latin1');
    return /"obj"\s*:/.test(text) && /"sections"\s*:/.test(text);
  } catch {
    return true; // reading it will say why not
  }
}

/** Walks a folder. A folder is entered once however many links lead to it, so that a loop of links ends. */
function walkFolder(folder: string, files: string[], { failures, others }: Found): void {
  const visited = new Set<string>();
  const pending = [folder];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    try {
      const real = realpathSync(current);
      if (visited.has(real)) continue;
      visited.add(real);
      for (const entry of readdirSync(current, { withFileTypes: true })) {
        if (isIgnored(entry.name)) continue;
        const path = join(current, entry.name);
        const kind = entry.isSymbolicLink() ? statOrError(path) : entry;
        if (kind instanceof Error) {
          if (documentFormat(path) !== undefined) failures.push(inputError(path, kind));
        } else if (kind.isDirectory()) pending.push(path);
        else if (kind.isFile()) (isDocument(path) ? files : others).push(path);
      }
    } catch (error) {
      failures.push(inputError(current, error));
    }
  }
}

function findInFolder(folder: string, found: Found): string[] {
  const { failures } = found;
  const files: string[] = [];
  const before = failures.length;
  walkFolder(folder, files, found);
  if (files.length === 0 && failures.length === before) {
    failures.push(
      new UserError({
        code: 'E_INPUT_EMPTY_FOLDER',
        where: folder,
        message: `the folder holds no documents, expected ${expected}`,
        hint: 'hidden folders and node_modules are not searched',
      }),
    );
  }
  return files;
}

/** Expands a glob: matched documents, and the documents in matched folders. */
function findByGlob(pattern: string, found: Found): string[] {
  const { failures, others } = found;
  const matches = globSync(pattern.replaceAll('\\', '/'), {
    onlyFiles: false,
    dot: false,
    absolute: isAbsolute(pattern),
    expandDirectories: false,
  }).filter((match) => pattern.includes('node_modules') || !/(?:^|\/)node_modules(?:\/|$)/.test(match));
  const files: string[] = [];
  for (const match of matches) {
    const path = match.replace(/\/$/, '');
    const stats = statOrError(path);
    if (stats instanceof Error) failures.push(inputError(path, stats));
    else if (stats.isDirectory()) walkFolder(path, files, found);
    else (isDocument(path) ? files : others).push(path);
  }
  if (files.length === 0) {
    const count = matches.length === 1 ? '1 other match' : `${matches.length} other matches`;
    const note = matches.length === 0 ? '' : ` (${count})`;
    const message = `no document matches this pattern${note}, expected ${expected}`;
    failures.push(
      new UserError({
        code: 'E_INPUT_MISSING',
        where: pattern,
        message,
        hint: 'quote the pattern and check the folder',
      }),
    );
  }
  return files;
}

function findByPath(path: string, found: Found): string[] {
  const { failures } = found;
  if (path === '') {
    failures.push(
      new UserError({
        code: 'E_INPUT_MISSING',
        message: 'an empty path was given, expected a file or folder',
      }),
    );
    return [];
  }
  const stats = statOrError(path);
  if (!(stats instanceof Error)) {
    if (stats.isDirectory()) return findInFolder(path, found);
    if (documentFormat(path) !== undefined) return [path];
    failures.push(unsupportedType(path));
    return [];
  }
  if (stats.code === 'ENOENT' && isDynamicPattern(path)) return findByGlob(path, found);
  failures.push(inputError(path, stats));
  return [];
}

/** Where a path leads when all links are followed; itself when it is gone (reading it will say so). */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** One entry for each file however it was reached, in order of path: the one without links, else the shortest. */
function uniqueFiles(paths: readonly string[]): string[] {
  const byFile = new Map<string, string>();
  for (const path of new Set(paths)) {
    const real = realPath(path);
    const known = byFile.get(real);
    const isBetter = known === undefined || (resolve(known) !== real && path.length < known.length);
    if (isBetter || resolve(path) === real) byFile.set(real, path);
  }
  return [...byFile.values()].sort();
}

/**
 * Finds the documents that PATH arguments name: files, folders (with all folders in them) and globs.
 *
 * A path that exists is taken as it is, even when its name holds glob characters. Hidden folders and `node_modules` are
 * not searched unless named themselves. Nothing is thrown: what went wrong is in `failures`
 * (`E_INPUT_MISSING`, `E_INPUT_EMPTY_FOLDER`, `E_INPUT_TYPE`, `E_INPUT_READ`), the rest can be processed.
 */
export function discoverDocuments(paths: readonly string[]): Discovery {
  const met: Found = { failures: [], others: [] };
  const found = paths.flatMap((path) => findByPath(path, met));
  return { files: uniqueFiles(found), failures: met.failures, others: uniqueFiles(met.others) };
}
