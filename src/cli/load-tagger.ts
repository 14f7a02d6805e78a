/** A model as commands load it: what a user should know of it is told on standard error. */
import type { Tagger } from '../predict/types.ts';
import type { Device } from '../runtime/devices.ts';
import type { CliContext } from './context.ts';
import { countGlossary, glossaryLine } from './glossary-line.ts';
import { chosenGlossary, type GlossaryOptions, pick } from './options.ts';

/** Options of all commands that run a model. */
export interface ModelOptions extends GlossaryOptions {
  readonly model: string;
  readonly threads?: number;
  readonly device?: Device;
}

/**
 * Loads the model that options name.
 * @param bytes of text there are to tag; little when absent
 */
export async function loadTagger(options: ModelOptions, context: CliContext, bytes = 0): Promise<Tagger> {
  const glossary = chosenGlossary(options);
  const tagger = await context.loadModel(options.model, {
    ...pick(options, 'threads', 'device'),
    ...(glossary === undefined ? {} : { glossary }),
    bytes,
    onNotice: (message) => context.stderr.write(`${message}\n`),
  });
  if (glossary !== undefined) {
    context.stderr.write(`beside the model's own glossary: ${glossaryLine(countGlossary(glossary))}\n`);
  }
  // The choice of `auto` comes as a notice.
  if (tagger.device !== 'cpu' && options.device !== 'auto') {
    context.stderr.write(`computing on ${tagger.device}\n`);
  }
  return tagger;
}
