/** Documents to text, against what Debian's `pdftotext` finds on each page: `npx tsx bench/documents.ts`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDocument } from '../src/document/read.ts';
import type { Document } from '../src/document/types.ts';
import { segment } from '../src/text/segment.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { present, repository } from './common/paths.ts';
import { median, rounded, writeResult } from './common/results.ts';
import { commonInOrder, commonWords, gluedWords, wordsOf } from './common/word-recall.ts';

const twin = (name: string): string => name.replace(/\.json$/, '.md');

await runMain(async () => {
  const options = readOptions(
    'Words of PDFs against pdftotext, records against their Markdown; time to read.',
    {
      documents: [
        join(repository, '../shared/data/documents'),
        'folder of PDFs, and of records with their .md',
      ],
      runs: [3, 'how often a file is read; the median time counts'],
      worst: [0, 'print this many of the worst pages of each file'],
      out: ['', 'result file; without it bench/results/documents.json'],
    },
  );
  const machine = describeMachine();
  const folder = present(options.documents, 'name the folder with --documents');
  const names = readdirSync(folder).sort();
  const pdfs = [];
  for (const name of names.filter((each) => each.endsWith('.pdf')))
    pdfs.push(await measurePdf(join(folder, name), options.runs, options.worst));
  const records = [];
  for (const name of names.filter((each) => each.endsWith('.json') && existsSync(join(folder, twin(each)))))
    records.push(await measureRecord(join(folder, name), options.runs));
  const settings = { runs: options.runs, pdftotext: pdftotextVersion() };
  const result = { name: 'documents', machine, settings, total: totals(pdfs), pdfs, records };
  process.stdout.write(`${JSON.stringify({ total: result.total, pdfs, records }, null, 2)}\n`);
  writeResult(result, options.out);
});

function pdftotextVersion(): string {
  const { stderr } = spawnSync('pdftotext', ['-v'], { encoding: 'utf8' });
  return stderr.split('\n')[0] ?? '';
}

/** The pages as pdftotext gives them, each as words. */
function referencePages(path: string, ...flags: string[]): string[][] {
  const { stdout, status } = spawnSync('pdftotext', [...flags, path, '-'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`pdftotext failed on ${basename(path)}`);
  return stdout.split('\f').slice(0, -1).map(wordsOf);
}

async function timed(path: string, runs: number): Promise<{ document: Document; seconds: number[] }> {
  const seconds: number[] = [];
  let document: Document | undefined;
  for (let k = 0; k < runs || document === undefined; k++) {
    const started = performance.now();
    document = await openDocument(path);
    for (const _ of document.blocks());
    seconds.push((performance.now() - started) / 1000);
  }
  return { document, seconds };
}

/** The words of each page of a document. */
function pagesOf({ source, pageStarts = [] }: Document): string[][] {
  return pageStarts.map((start, i) => wordsOf(source.slice(start, pageStarts[i + 1] ?? source.length)));
}

type PdfRow = Awaited<ReturnType<typeof measurePdf>>;

/**
 * In order: on each page the longest common subsequence of words, with pdftotext's own order or with `-layout`, whichever
 * agrees more (the first breaks up stretched lines, the second interleaves cells). Any order: words found on the page,
 * counted as often as they stand there. Running lines and page numbers that were left out are in neither count when the
 * reader names them; the documents at hand have none.
 */
async function measurePdf(path: string, runs: number, worst: number) {
  const { document, seconds } = await timed(path, runs);
  const own = pagesOf(document);
  const [plain, layout] = [referencePages(path), referencePages(path, '-layout')];
  const tablePages = new Set<number | undefined>();
  for (const block of document.blocks()) if (block.kind === 'table-cell') tablePages.add(block.page);
  const pages = own.map((words, i) => {
    const [a, b] = [plain[i] ?? [], layout[i] ?? []];
    return {
      page: i + 1,
      words: b.length,
      inOrder: Math.max(commonInOrder(a, words), commonInOrder(b, words)),
      anyOrder: commonWords(b, words),
      extra: words.length - commonWords(b, words),
      glued: gluedWords(b, words),
      hasTable: tablePages.has(i + 1),
    };
  });
  const sum = (key: 'words' | 'inOrder' | 'anyOrder' | 'extra', some = pages): number =>
    some.reduce((total, page) => total + page[key], 0);
  const text = pages.filter((page) => !page.hasTable);
  const sentences = [...segment(document)].length;
  const row = {
    file: basename(path),
    pages: pages.length,
    words: sum('words'),
    in_order: rounded(sum('inOrder') / sum('words'), 5),
    in_order_without_tables: rounded(sum('inOrder', text) / Math.max(1, sum('words', text)), 5),
    any_order: rounded(sum('anyOrder') / sum('words'), 5),
    extra_words: sum('extra'),
    glued_words: pages.flatMap((page) => page.glued),
    sentences,
    skipped: document.skipped,
    problems: document.problems ?? [],
    first_seconds: rounded(seconds[0]!, 3),
    seconds: rounded(median(seconds), 3),
    raw: {
      inOrder: sum('inOrder'),
      anyOrder: sum('anyOrder'),
      text: sum('words', text),
      textInOrder: sum('inOrder', text),
    },
  };
  say(
    `${row.file}: ${row.pages} pages, ${row.words} words, in order ${row.in_order} (without tables ${row.in_order_without_tables}), ` +
      `any order ${row.any_order}, ${row.extra_words} more, ${row.glued_words.length} glued, ${row.seconds} s`,
  );
  const sorted = [...pages].sort((a, b) => a.inOrder - a.words - (b.inOrder - b.words));
  for (const { page, words, inOrder, anyOrder, extra } of sorted.slice(0, worst))
    say(`  page ${page}: ${words} words, ${inOrder} in order, ${anyOrder} in any order, ${extra} more`);
  return row;
}

function totals(rows: readonly PdfRow[]) {
  const sum = (value: (row: PdfRow) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const words = sum((row) => row.words);
  return {
    pages: sum((row) => row.pages),
    words,
    in_order: rounded(sum((row) => row.raw.inOrder) / words, 5),
    in_order_without_tables: rounded(sum((row) => row.raw.textInOrder) / sum((row) => row.raw.text), 5),
    any_order: rounded(sum((row) => row.raw.anyOrder) / words, 5),
    glued_words: sum((row) => row.glued_words.length),
    pages_per_second: rounded(sum((row) => row.pages) / sum((row) => row.seconds), 3),
  };
}

/** A record of the rubricator against the Markdown that was made of it. */
async function measureRecord(path: string, runs: number) {
  const { document, seconds } = await timed(path, runs);
  const reference = wordsOf(readFileSync(twin(path), 'utf8'));
  const own = wordsOf(document.source);
  const row = {
    file: basename(path),
    words: reference.length,
    in_order: rounded(commonInOrder(reference, own) / reference.length, 5),
    any_order: rounded(commonWords(reference, own) / reference.length, 5),
    extra_words: own.length - commonWords(reference, own),
    glued_words: gluedWords(reference, own),
    skipped: document.skipped,
    seconds: rounded(median(seconds), 3),
  };
  say(
    `${row.file}: ${row.words} words, in order ${row.in_order}, any order ${row.any_order}, ${row.seconds} s`,
  );
  return row;
}
