/** `npm run demo`: finds the entities of the sample documents with the default model, after setting up what is missing. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = [
  'dist/cli/main.js',
  'extract',
  'samples',
  '--out',
  'out/results.json',
  ...process.argv.slice(2),
];
console.error(`$ w2ner ${args.slice(1).join(' ')}\n`);
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const show = spawnSync(process.execPath, [join(root, 'scripts/show-results.mjs'), 'out/results.json'], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(show.status ?? 1);
