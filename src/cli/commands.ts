/** The table of commands. */
import type { CliCommand } from './command.ts';
import { augmentCommand } from './commands/augment.ts';
import { averageCommand } from './commands/average.ts';
import { convertCommand } from './commands/convert.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { extractCommand } from './commands/extract.ts';
import { importCommand } from './commands/import.ts';
import { infoCommand } from './commands/info.ts';
import { labelCommand } from './commands/label.ts';
import { predictCommand } from './commands/predict.ts';
import { pretrainCommand } from './commands/pretrain.ts';
import { pruneVocabCommand } from './commands/prune-vocab.ts';
import { quantizeCommand } from './commands/quantize.ts';
import { recommendationsCommand } from './commands/recommendations.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { validateCommand } from './commands/validate.ts';

/** All commands, in the order of the help. */
export const commands: readonly CliCommand[] = [
  extractCommand,
  recommendationsCommand,
  serveCommand,
  trainCommand,
  averageCommand,
  pretrainCommand,
  labelCommand,
  augmentCommand,
  evaluateCommand,
  predictCommand,
  validateCommand,
  convertCommand,
  infoCommand,
  importCommand,
  exportCommand,
  pruneVocabCommand,
  quantizeCommand,
];
