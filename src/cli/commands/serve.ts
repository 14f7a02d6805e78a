/** `w2ner serve`: the page and the service. */
import { defineCommand, examples } from '../command.ts';
import { choice, collect, glossaryOptions, wholeNumber } from '../options.ts';
import type { ServeOptions } from '../runs/serve.ts';

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const help = `
Open the address that it prints in a browser, or send documents to it: /docs is the reference.
Documents stay on this computer, and their text is never written to the log, which goes to
standard error as JSON. Only this computer can reach the service unless --host says otherwise;
then a token is needed. Ctrl-C stops it once accepted work is finished, a second one at once.`;

/** The command. */
export const serveCommand = defineCommand<ServeOptions>({
  name: 'serve',
  summary: 'a page to look at documents, and a service for programs',
  configure: (command) =>
    command
      .option('-p, --port <n>', 'port to listen on, 0 for any', wholeNumber('--port', 0), 8080)
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option(
        '-m, --model <name|dir>',
        'shipped model or model folder; several with the option repeated, the first is the default (default: guidelines-ru)',
        collect,
      )
      .option(
        '--token <text>',
        'token that requests must carry (others may see it: prefer --token-file or W2NER_TOKEN)',
      )
      .option('--token-file <file>', 'file with that token')
      .option(
        '--workers <n>',
        'processes for each model (default: by the number of cores)',
        wholeNumber('--workers'),
      )
      .option('--max-body <MB>', 'largest request body', wholeNumber('--max-body'), 64)
      .option('--queue <n>', 'documents that may wait', wholeNumber('--queue'), 500)
      .option(
        '--timeout <seconds>',
        'longest wait, and longest work on a document',
        wholeNumber('--timeout'),
        120,
      )
      .option('--origin <url>', 'another origin whose pages may use the service; may be repeated', collect)
      .option(
        '--log-level <name>',
        `${logLevels.join(', ')} (default: info, on a terminal warn)`,
        choice('--log-level', logLevels),
      )
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner serve', 'page and service on http://127.0.0.1:8080'],
            ['w2ner serve --model my-model --model guidelines-ru', 'two models to choose from'],
            ['w2ner serve --host 0.0.0.0 --token-file token.txt', 'for other computers, with a token'],
          ]).trimEnd(),
      ),
  options: glossaryOptions,
  load: async () => (await import('../runs/serve.ts')).runServe,
});
