/** `w2ner convert`: annotated data from one format into another. */
import { dataFormats, inputFormats } from '../../data/formats/names.ts';
import { defineCommand, examples } from '../command.ts';
import { choice } from '../options.ts';
import type { ConvertOptions } from '../runs/convert.ts';

const help = `
Formats: json and jsonl (sentences of words, as train reads them), brat (a folder of .txt and .ann),
label-studio (JSON and JSON-MIN exports), conll (BIO, BIOES, BILOU, IOB1; word first, tag last),
bio-jsonl ("tokens" and "ner_tags"). The format of the input is known by its path and first records.
Texts are split into sentences and words as extract does it; sentences that a mention spans are joined.
What does not come through as it was is listed by document, name and place with its reason, and the
counts add up to the mentions of the input; --problems writes the whole list.
train, evaluate and validate read all of these formats too: converting first is not needed.`;

/** The command. */
export const convertCommand = defineCommand<ConvertOptions>({
  name: 'convert',
  summary: 'convert annotated data between JSON, BRAT, Label Studio and CoNLL',
  configure: (command) =>
    command
      .argument('<in>', 'data file, or a BRAT folder')
      .argument('<out>', 'file, or a new folder for brat; "-" for standard output')
      .option(
        '--to <format>',
        `${dataFormats.join(', ')} (default: by the extension of OUT: .json, .jsonl, .conll)`,
        choice('--to', dataFormats),
      )
      .option(
        '--from <format>',
        `${inputFormats.join(', ')} (default: found out)`,
        choice('--from', inputFormats),
      )
      .option('--problems <file>', 'write all that did not come through as it was, .csv or .json')
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner convert nerel-bio/train train.json', 'BRAT annotations as training data'],
            ['w2ner convert train.json for-brat/ --to brat', 'training data to look at and correct in brat'],
            ['w2ner convert export.json train.conll --problems lost.csv', 'what fits, and what not'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/convert.ts')).runConvert,
});
