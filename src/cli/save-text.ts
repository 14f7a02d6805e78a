/** `--save-text`: the text of each document beside the results, for the places in them. */
import { mkdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { DocumentSource } from '../predict/pipeline.ts';
import type { FoundSources } from '../predict/sources.ts';
import { refuseOverwriting } from './out.ts';

/** One file name for each source: `NAME.txt`, with the extension before `.txt` or a number where that would clash. */
export function textNames(names: readonly string[]): string[] {
  const stem = (name: string): string => name.slice(0, name.length - extname(name).length);
  const count = new Map<string, number>();
  for (const name of names) count.set(stem(name), (count.get(stem(name)) ?? 0) + 1);
  const used = new Set<string>();
  return names.map((name) => {
    const base = count.get(stem(name)) === 1 ? stem(name) : name;
    let free = base;
    for (let k = 2; used.has(free); k++) free = `${base}-${k}`;
    used.add(free);
    return `${free}.txt`;
  });
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'this is a file, expected a folder',
  ENOTDIR: 'a part of this path is a file, expected a folder',
  EACCES: 'you may not make this folder',
  EPERM: 'you may not make this folder',
  EROFS: 'the file system is read-only',
};

/**
 * The same sources, which also write their text when they are read.
 * @throws UserError `E_OPTION` when the folder cannot be made, or a text would take the place of a document that is read
 */
export function savingText({ sources, ...rest }: FoundSources, folder: string): FoundSources {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    throw new UserError({
      code: 'E_OPTION',
      where: '--save-text',
      message: `${folder}: ${reason ?? `cannot be made (${errorMessage(error)})`}`,
      hint: 'name another folder',
      cause: error,
    });
  }
  const names = textNames(sources.map(({ name }) => name));
  const targets = names.map((name) => join(folder, name));
  refuseOverwriting({
    where: '--save-text',
    targets,
    inputs: sources.map(({ path }) => path),
    called: 'documents',
    hint: 'name another folder',
  });
  const saving = (source: DocumentSource, target: string): DocumentSource => ({
    ...source,
    read: async (signal) => {
      const document = await source.read(signal);
      writeFileAtomic(target, document.source);
      return document;
    },
  });
  return { ...rest, sources: sources.map((source, i) => saving(source, targets[i]!)) };
}
