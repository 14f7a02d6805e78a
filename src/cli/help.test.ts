/** What helps and documents name is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../../test/fake-cli.ts';
import { defaultName, formatNames } from '../export/exporters.ts';
import { commands } from './commands.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

const helpOf = async (...command: string[]): Promise<string> => (await cli([...command, '--help'])).stdout;

/** Text without line breaks, which help puts where the terminal ends. */
const flat = (text: string): string => text.replace(/\s+/gu, ' ');

describe('paths in configs/', () => {
  const missing = (text: string): string[] =>
    [...text.matchAll(/configs\/[\w./-]*\w/gu)]
      .map(([path]) => path)
      .filter((path) => !existsSync(join(root, path)));

  it.each(['', ...commands.map(({ name }) => name)])('of "w2ner %s --help" exist', async (name) => {
    const help = await helpOf(...(name === '' ? [] : [name]));
    expect(help).toContain('Examples:');
    expect(missing(help)).toEqual([]);
  });

  it('of all documents exist', () => {
    const folders = ['docs', 'bench', 'models'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    );
    const documents = folders.filter((name) => name.endsWith('.md'));
    expect(documents.length).toBeGreaterThan(10);
    for (const name of ['README.md', 'ARCHITECTURE.md', 'samples/README', ...documents]) {
      expect(missing(read(name)), name).toEqual([]);
    }
  });
});

describe('help', () => {
  it('names every kind of document that is read', async () => {
    const help = flat(await helpOf());
    for (const kind of ['Markdown', 'plain text', 'PDF', 'DOCX', 'HTML', 'rubricator']) {
      expect(help).toContain(kind);
    }
  });

  it('shows no default that is an empty list', async () => {
    for (const { name } of commands) expect(await helpOf(name), name).not.toContain('[])');
  });

  it('says where extract writes by default', async () => {
    const help = flat(await helpOf('extract'));
    expect(help).toContain('default: results with the extension of the format');
    const own = formatNames.map((format) => [format, defaultName(format)] as const);
    for (const [format, name] of own.filter(([format, name]) => name !== `results.${format}`)) {
      expect(help, format).toContain(`for ${format} ${name}`);
    }
  });
});

it('lines of the README that pipe a run of npm keep its banner out', () => {
  const lines = read('README.md')
    .split('\n')
    .filter((line) => /npm run [^\n]*w2ner --/u.test(line));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toContain('npm run -s w2ner --');
});
