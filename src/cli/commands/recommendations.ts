/** `w2ner recommendations`: guidelines in, a row per recommendation out. */
import { defineCommand, examples } from '../command.ts';
import { choice, collectList, delimiter, fraction, modelOptions } from '../options.ts';
import type { RecommendationsOptions } from '../runs/recommendations.ts';

const help = `
A recommendation is a thesis with its strength (A, B, C) and evidence level (1 to 5), in the notations of Russian guidelines,
or one that opens with "Рекомендуется" outside of comments. Each row has the guideline's identity, section and page, the
thesis and its comment, the works cited, the drugs marked "**" (vital) and "#" (off-label), and the entities
inside, by type: drugs, dosages, frequencies, durations, procedures, populations and so on.
Files that cannot be read are listed at the end; the others are processed, and the exit code is 2.`;

/** The command. */
export const recommendationsCommand = defineCommand<RecommendationsOptions>({
  name: 'recommendations',
  summary: 'list the recommendations of clinical guidelines, with strength, evidence, drugs and doses',
  configure: (command) =>
    command
      .argument('<path...>', 'files, folders (with all folders in them), patterns such as "docs/**/*.pdf"')
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .option(
        '-o, --out <file>',
        'where rows go, "-" for standard output (default: recommendations.<format>)',
      )
      .option(
        '-f, --format <name>',
        'json, jsonl or csv (default: by the extension of --out, else json)',
        choice('--format', ['json', 'jsonl', 'csv'] as const),
      )
      .option('-t, --types <list>', 'entities of these types only, separated by commas', collectList)
      .option(
        '-s, --min-score <number>',
        'only entities at least this certain, 0 to 1',
        fraction('--min-score'),
      )
      .option(
        '--delimiter <sign>',
        'CSV: comma, semicolon (for Excel with Russian settings) or tab',
        delimiter,
      )
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner recommendations guideline.pdf', 'recommendations.json and a table'],
            [
              'w2ner recommendations guidelines/ --out all.csv --delimiter semicolon',
              'one table of all guidelines',
            ],
          ]).trimEnd(),
      ),
  options: modelOptions,
  load: async () => (await import('../runs/recommendations.ts')).runRecommendations,
});
