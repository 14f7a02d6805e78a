/** Documents to JSON with the default model: speed, start-up and peak memory, by size: `npx tsx bench/extract.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exporters, writeRecords } from '../src/export/exporters.ts';
import { openFileOutput } from '../src/export/output.ts';
import { extractSources } from '../src/predict/extract.ts';
import { loadModel } from '../src/predict/load.ts';
import { findSources } from '../src/predict/sources.ts';
import { createSummary, type ExtractSummary } from '../src/predict/summary.ts';
import { withFolder } from './common/batch-file.ts';
import { runNode } from './common/child.ts';
import { writeCorpus } from './common/corpus.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { present, repository } from './common/paths.ts';
import { median, rounded, writeResult } from './common/results.ts';

/** A corpus to extract from. */
interface Size {
  readonly megabytes: number;
  readonly documentBytes: number;
  readonly name: string;
}

await runMain(async () => {
  const options = readOptions('Documents to JSON: sentences per second, start-up, peak memory.', {
    model: ['guidelines-ru', 'shipped model or model folder'],
    sizes: ['1,10,40', 'megabytes of text, one corpus each'],
    'document-kb': [250, 'size of the documents in a corpus'],
    single: [10, 'megabytes of one more corpus that is a single document; 0: none'],
    samples: [join(repository, 'samples'), 'folder of the documents that are recombined'],
    threads: [2, 'processor threads'],
    starts: [5, 'how often a start is measured; the median counts'],
    cli: [join(repository, 'dist/cli/main.js'), 'the built program'],
    out: ['', 'result file; without it bench/results/extract.json and the README'],
  });
  const machine = describeMachine();
  const cli = present(options.cli, 'build it with npm run build');
  const { model, threads, starts } = options;
  const documentBytes = options['document-kb'] * 1000;
  const sizes: Size[] = options.sizes
    .split(',')
    .map(Number)
    .map((megabytes) => ({ megabytes, documentBytes, name: `${megabytes} MB` }));
  if (options.single > 0) {
    const megabytes = options.single;
    sizes.push({ megabytes, documentBytes: megabytes * 1e6, name: `${megabytes} MB in one file` });
  }
  await withFolder(async (folder) => {
    const command = (input: string): string[] => [
      ...[cli, 'extract', input, '--model', model, '--threads', String(threads)],
      ...['--out', join(folder, 'results.json')],
    ];
    const start = await measureStart(folder, cli, command, starts);
    const corpora = [];
    for (const size of sizes) corpora.push(await measureSize(folder, size, options, command));
    const settings = { threads, starts, document_kb: options['document-kb'] };
    const result = { name: 'extract', machine, settings, start, corpora };
    process.stdout.write(`${JSON.stringify({ start, corpora }, null, 2)}\n`);
    writeResult(result, options.out);
  });
});

/** Seconds until `w2ner --version` and the extraction of one sentence are done, and the memory of the latter. */
async function measureStart(
  folder: string,
  cli: string,
  command: (input: string) => string[],
  starts: number,
) {
  const tiny = join(folder, 'tiny.md');
  writeFileSync(tiny, '# Лечение\n\nРекомендуется назначить амоксициллин 500 мг 3 раза в сутки.\n');
  const medianOf = async (args: readonly string[]): Promise<number> => {
    await runNode(args); // files are read from disk for the first time
    const seconds: number[] = [];
    for (let k = 0; k < starts; k++) seconds.push((await runNode(args)).seconds);
    return rounded(median(seconds), 3);
  };
  const version = await medianOf([cli, '--version']);
  const extraction = await medianOf(command(tiny));
  const { peakMegabytes } = await runNode(command(tiny), join(folder, 'peak'));
  const start = {
    version_seconds: version,
    tiny_file_seconds: extraction,
    tiny_file_peak_mb: Math.round(peakMegabytes!),
  };
  say(`start: --version ${version} s, one sentence ${extraction} s, ${start.tiny_file_peak_mb} MB`);
  return start;
}

async function measureSize(
  folder: string,
  size: Size,
  options: { readonly model: string; readonly threads: number; readonly samples: string },
  command: (input: string) => string[],
) {
  const input = join(folder, size.name.replaceAll(' ', '-'));
  mkdirSync(input);
  const { bytes, files } = writeCorpus(options.samples, input, {
    bytes: size.megabytes * 1e6,
    documentBytes: size.documentBytes,
  });
  const program = await runNode(command(input), join(folder, 'peak'));
  const library = await extractHere(input, join(folder, 'library.json'), options);
  const { sentences, words, entities, repeated, windowed } = library.summary;
  const row = {
    name: size.name,
    megabytes: rounded(bytes / 1e6, 3),
    files,
    sentences,
    words_per_sentence: rounded(words / sentences, 3),
    entities,
    repeated_share: rounded(repeated / sentences, 3),
    windowed,
    library_seconds: rounded(library.seconds),
    sentences_per_second: Math.round(sentences / library.seconds),
    new_sentences_per_second: Math.round((sentences - repeated) / library.seconds),
    program_seconds: rounded(program.seconds),
    sentences_per_second_with_start: Math.round(sentences / program.seconds),
    peak_mb: Math.round(program.peakMegabytes!),
  };
  say(
    `${row.name}: ${row.sentences} sentences (${(100 * row.repeated_share).toFixed(1)} % repeated), ` +
      `${row.sentences_per_second}/s, with start ${row.sentences_per_second_with_start}/s, ${row.peak_mb} MB`,
  );
  return row;
}

/** What `w2ner extract` does, in this process, timed once the model is loaded. */
async function extractHere(
  input: string,
  output: string,
  options: { readonly model: string; readonly threads: number },
): Promise<{ seconds: number; summary: ExtractSummary }> {
  const tagger = await loadModel(options.model, { threads: options.threads });
  try {
    const summary = createSummary([]);
    const started = performance.now();
    const records = extractSources(findSources([input]), tagger, {}, summary);
    await writeRecords(records, exporters.json, openFileOutput(output));
    return { seconds: (performance.now() - started) / 1000, summary };
  } finally {
    await tagger.dispose();
  }
}
