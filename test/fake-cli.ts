/** Runs command lines inside a test: collected output, a fake model, a folder of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { CliContext } from '../src/cli/context.ts';
import { runCli } from '../src/cli/run.ts';
import { fakeTagger } from './fake-tagger.ts';

/** What a command line did. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that keeps what is written to it; `isTTY` makes it a terminal of 100 columns. */
export function collector(isTTY = false): Writable & { text: string; isTTY: boolean; columns: number } {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      collected.text += chunk;
      done();
    },
  });
  const collected = Object.assign(stream, { text: '', isTTY, columns: 100 });
  return collected;
}

/** Runs `w2ner` with the given arguments, by default with a fake tagger as every model. */
export async function cli(argv: readonly string[], overrides: Partial<CliContext> = {}): Promise<CliResult> {
  const stdout = collector();
  const stderr = collector();
  const code = await runCli(argv, {
    stdout,
    stderr,
    env: {},
    signal: new AbortController().signal,
    loadModel: async () => fakeTagger(),
    trainModel: () => Promise.reject(new Error('this test trains nothing')),
    ...overrides,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A folder for one test. */
export interface Workplace {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  read(name: string): string;
  remove(): void;
}

/** Makes an empty folder. */
export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'w2ner-cli-'));
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    write: (name, content) => {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
