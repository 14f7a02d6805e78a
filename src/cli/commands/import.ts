/** `w2ner import`: a model that the original W2NER trained, as a model folder. */
import { defineCommand, examples } from '../command.ts';
import type { ImportOptions } from '../runs/import.ts';

const help = `
The model is the state dict that the original saves (save_path, a .pt file) or the same tensors as
safetensors; it is read without Python, and nothing in it is executed. The encoder's folder needs
config.json and a tokenizer, no weights: those are in the model.
A state dict does not hold the names of its labels. --labels lists them in id order:
["<pad>", "<suc>", "drug", …]; or give the data files that the model was trained with, and the
labels are taken from them in the original's order.
Everything is checked first; when anything does not fit, nothing is written.`;

/** The command. */
export const importCommand = defineCommand<ImportOptions>({
  name: 'import',
  summary: 'make a model folder of a model that the original W2NER trained',
  configure: (command) =>
    command
      .argument('<model>', 'state dict of the original: .pt or .safetensors')
      .requiredOption('-c, --config <file>', 'its settings, for example guidelines_ru.json')
      .option('-e, --encoder <dir|name>', 'its BERT encoder: folder or hub name (default: "bert_name")')
      .option('--labels <file>', 'its labels in id order, a JSON list')
      .option('--train <file>', 'or the data it was trained with, for the labels')
      .option('--dev <file>', 'labels that only stand here come after those of --train')
      .option('--test <file>', 'labels that only stand here come last')
      .requiredOption('-o, --out <dir>', 'folder for the model')
      .option('--download', 'fetch the encoder when it is not on this machine')
      .addHelpText(
        'after',
        help +
          examples([
            [
              'w2ner import model.pt --config guidelines_ru.json --encoder bert/ --train train.json --dev dev.json --test test.json --out my-model',
              'a model folder, with labels as the original numbered them',
            ],
            [
              'w2ner import model.pt --config guidelines_ru.json --labels labels.json --out my-model',
              'by a list',
            ],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/import.ts')).runImport,
});
