/** Makes a fresh clone ready: installs the pinned packages and builds, each only when something changed. Plain Node, no packages. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(command, args) {
  // ONNX Runtime's install script fetches GPU libraries that are not used here; the CPU ones are in the package.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env,
    shell: windows,
  });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : time(path));
  }
  return latest;
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`w2ner needs Node 20 or newer, this is ${process.version}`);
  process.exit(2);
}
if (time(join(root, 'node_modules/.package-lock.json')) < time(join(root, 'package-lock.json'))) {
  console.error('Installing packages …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (
  time(join(root, 'dist/.built')) <
  Math.max(newest(join(root, 'src')), time(join(root, 'tsconfig.build.json')))
) {
  console.error('Building …');
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(join(root, 'dist/.built'), '');
}
const sources = Math.max(
  newest(join(root, 'src')),
  newest(join(root, 'web')),
  time(join(root, 'vite.config.ts')),
);
if (existsSync(join(root, 'web')) && time(join(root, 'dist/web/index.html')) < sources) {
  console.error('Building the page …');
  run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error']);
}
