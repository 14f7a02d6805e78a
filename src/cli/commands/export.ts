/** `w2ner export`: a model for other programs. */

import { exportKinds } from '../../convert/export-kinds.ts';
import { defineCommand, examples } from '../command.ts';
import { choice } from '../options.ts';
import type { ExportOptions } from '../runs/export.ts';

const help = `
pt           a state dict that the original W2NER loads: model.load_state_dict(torch.load(PATH))
safetensors  the same tensors in one file
onnx         a folder for Triton Inference Server, which any ONNX Runtime runs as well: the graph,
             its weights, and a README.md that says how to feed it and read its outputs
--half writes float16 numbers (pt, safetensors): half the size, three decimal digits.`;

/** The command. */
export const exportCommand = defineCommand<ExportOptions>({
  name: 'export',
  summary: 'write a model as PyTorch, safetensors or ONNX for other programs',
  configure: (command) =>
    command
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .requiredOption('--to <kind>', exportKinds.join(', '), choice('--to', exportKinds))
      .requiredOption('-o, --out <path>', 'file to write, for onnx the folder')
      .option('--half', 'float16 numbers instead of float32')
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner export --model my-model --to pt --out model.pt', 'back to the original'],
            ['w2ner export --model my-model --to onnx --out models/my-model', 'for tritonserver'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/export.ts')).runExport,
});
