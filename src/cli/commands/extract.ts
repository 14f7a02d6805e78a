/** `w2ner extract`: documents in, entities out. */
import { defineCommand, examples } from '../command.ts';
import { choice, collectList, delimiter, fraction, modelOptions } from '../options.ts';
import type { ExtractOptions } from '../runs/extract.ts';

const help = `
Sentences without entities are left out unless --all is given. A record holds the sentence as
words ("sentence"), as text ("sentence_text") and as it stands in the file ("orig_sentence",
"start", "end"); an entity its type, words ("index"), text, character ranges in the file
("spans") and confidence ("score"). CSV and Parquet have a row for each entity; html is a report to
look at, brat and label-studio open in those programs (docs/formats.md tells of each); conll holds
flat entities only, what does not fit is counted and listed.
Of PDF, DOCX, HTML and records the places count in the text taken out of them, which --save-text
writes; "page" and "section" say where a sentence stands. In folders .md, .txt, .pdf, .docx, .html
and .htm are read, and .json that holds a record of the rubricator.
Files that cannot be read are listed at the end; the others are processed, and the exit code is 2.`;

/** The command. */
export const extractCommand = defineCommand<ExtractOptions>({
  name: 'extract',
  summary: 'find entities in documents (Markdown, text, PDF, DOCX, HTML, rubricator records)',
  configure: (command) =>
    command
      .argument('<path...>', 'files, folders (with all folders in them), patterns such as "docs/**/*.md"')
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .option(
        '-o, --out <file>',
        'where results go: a file, a new folder for brat, "-" for standard output (default: results with the extension of the format, for label-studio results.label-studio.json, for brat results-brat)',
      )
      .option(
        '-f, --format <name>',
        'json, jsonl, csv, html, brat, label-studio, conll or parquet (default: by the extension of --out, else json)',
      )
      .option('-t, --types <list>', 'only these types, separated by commas: drug,dosage', collectList)
      .option(
        '-s, --min-score <number>',
        'only entities at least this certain, 0 to 1',
        fraction('--min-score'),
      )
      .option('-a, --all', 'also sentences without entities')
      .option('--save-text <dir>', 'also write the text of each document to <dir>/NAME.txt')
      .option(
        '--delimiter <sign>',
        'CSV: comma, semicolon (for Excel with Russian settings) or tab',
        delimiter,
      )
      .option('--language <name>', 'HTML: en or ru', choice('--language', ['en', 'ru'] as const))
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner extract guidelines/ notes.txt', 'results.json and tables by type and by file'],
            ['w2ner extract guidelines/ --format csv --delimiter semicolon', 'results.csv for a spreadsheet'],
            [
              'w2ner extract guidelines/ --format html',
              'results.html: the texts with their entities, charts',
            ],
            ['w2ner extract a.md --types drug,dosage --min-score 0.8', 'certain drugs and doses only'],
            [
              'w2ner extract 283_1.pdf --save-text texts/',
              'results, and texts/283_1.txt that their places count in',
            ],
            [
              'w2ner extract a.md --glossary abbreviations.txt --terms DRUG=formulary.txt',
              'with what only your hospital says',
            ],
            ['w2ner extract a.md --format jsonl --out - | jq .entities', 'records into another program'],
          ]).trimEnd(),
      ),
  options: modelOptions,
  load: async () => (await import('../runs/extract.ts')).runExtract,
});
