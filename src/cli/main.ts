#!/usr/bin/env node
/** The program `w2ner`: this process's streams and signals around {@link runCli}. */
import { processContext } from './context.ts';
import { runCli } from './run.ts';

const stop = new AbortController();
const onSignal = (code: number) => () => {
  if (stop.signal.aborted) process.exit(code); // asked twice: now
  stop.abort();
};
process.on('SIGINT', onSignal(130));
process.on('SIGTERM', onSignal(143));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has gone, as in `| head`
});

process.exitCode = await runCli(process.argv.slice(2), processContext(stop.signal));
