/** Recommendations found in real guidelines against lists counted by hand: `npx tsx bench/recommendations.ts --documents DIR --gold DIR`. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDocument } from '../src/document/read.ts';
import { findRecommendations } from '../src/guideline/recommendations.ts';
import type { Recommendation } from '../src/guideline/types.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile, present } from './common/paths.ts';
import { rounded, writeResult } from './common/results.ts';

/** A recommendation as counted by hand: the first and last words of its thesis, citations left out. */
interface GoldRecommendation {
  readonly first: string;
  readonly last: string;
  readonly strength?: string;
  readonly evidence?: number;
}

/** Letters and digits only, so that hyphenation, marks and spaces do not count. */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\d]/gu, '');

const sameThesis = (gold: GoldRecommendation, { text }: Recommendation): boolean =>
  plain(text).startsWith(plain(gold.first)) && plain(text).endsWith(plain(gold.last));

const sameGrade = (gold: GoldRecommendation, found: Recommendation): boolean =>
  gold.strength === found.strength && gold.evidence === found.evidence;

/** Pairs each counted one with one that was found, in order of the document. */
function compare(
  gold: readonly GoldRecommendation[],
  found: readonly Recommendation[],
  verbose: boolean,
): { theses: number; graded: number } {
  const free = new Set(found);
  let theses = 0;
  let graded = 0;
  for (const item of gold) {
    const same = [...free].filter((candidate) => sameThesis(item, candidate));
    const match = same.find((candidate) => sameGrade(item, candidate)) ?? same[0];
    if (match === undefined) {
      if (verbose) say(`missed: ${item.first} … ${item.last}`);
      continue;
    }
    free.delete(match);
    theses++;
    if (sameGrade(item, match)) graded++;
    else if (verbose) say(`grade: ${item.first} ${item.strength}/${item.evidence}, got ${match.grade}`);
  }
  if (verbose)
    for (const { text, grade } of free)
      say(`not counted: ${text.slice(0, 120)} … ${text.slice(-60)} (${grade})`);
  return { theses, graded };
}

/** A file's name without folder and extension. */
const stem = (name: string): string => basename(name).replace(/\.[^.]+$/, '');

await runMain(async () => {
  const options = readOptions('Recommendations against lists counted by hand: precision and recall.', {
    documents: ['', 'folder of the documents; without it the data’s documents'],
    gold: ['', 'folder of NAME.json, each a list of { first, last, strength, evidence }'],
    files: ['', 'names of documents in the folder, separated by commas; without it those that have a list'],
    verbose: [false, 'lists what differs'],
    out: ['', 'result file; without it bench/results/recommendations.json'],
  });
  const folder = present(options.documents || dataFile('documents'), 'give --documents');
  const goldFolder = present(options.gold, 'give --gold');
  const lists = readdirSync(goldFolder).filter((name) => name.endsWith('.json'));
  const names =
    options.files === ''
      ? readdirSync(folder).filter((name) => lists.includes(`${stem(name)}.json`))
      : options.files.split(',');
  const documents = [];
  for (const name of names) {
    const gold: GoldRecommendation[] = JSON.parse(
      readFileSync(join(goldFolder, `${stem(name)}.json`), 'utf8'),
    );
    const document = await openDocument(join(folder, name));
    document.blocks();
    const started = performance.now();
    const found = findRecommendations(document);
    const milliseconds = performance.now() - started;
    const { theses, graded } = compare(gold, found, options.verbose);
    documents.push({
      document: name,
      counted: gold.length,
      found: found.length,
      precision: rounded(theses / found.length),
      recall: rounded(theses / gold.length),
      precision_with_grade: rounded(graded / found.length),
      recall_with_grade: rounded(graded / gold.length),
      milliseconds: Math.round(milliseconds),
    });
  }
  process.stdout.write(`${JSON.stringify(documents, null, 2)}\n`);
  writeResult({ name: 'recommendations', machine: describeMachine(), settings: {}, documents }, options.out);
});
