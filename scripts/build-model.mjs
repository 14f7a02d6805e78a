/**
 * Rebuilds a shipped model from its data: `node scripts/build-model.mjs guidelines-ru [--data DIR] [--seed N] [--out DIR] [--run DIR]`.
 * With --run DIR a finished training run is taken as it is. The data is not part of this repository; DIR defaults to $W2NER_DATA, then to ../shared/data beside it.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import './setup.mjs';

const { readBrat } = await import('../dist/data/brat.js');
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    seed: { type: 'string' },
    out: { type: 'string' },
    run: { type: 'string' },
  },
});
const recipes = JSON.parse(readFileSync(join(root, 'configs/models.json'), 'utf8'));
const name = positionals[0];
const recipe = recipes[name];
if (recipe === undefined) {
  console.error(`expected a model: ${Object.keys(recipes).join(', ')}`);
  process.exit(2);
}
function w2ner(...args) {
  console.error(`$ w2ner ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** A BRAT folder as a data file. @returns its path */
function bratToJson(folder, file) {
  const { examples, mentions, problems } = readBrat(folder);
  const left = problems.filter(({ kind }) => kind !== 'widened').length;
  console.error(`${folder}: ${examples.length} sentences, ${mentions} mentions, ${left} left out`);
  const path = join(root, 'runs', file);
  const records = examples.map(({ words, entities }) => ({
    sentence: words,
    ner: entities.map((entity) => ({ type: entity.type, index: entity.words })),
  }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(records));
  return path;
}

/** Pre-trains where the recipe says so, trains, and returns the run's folder. */
function train() {
  const data = resolve(values.data ?? process.env.W2NER_DATA ?? join(root, '../shared/data'));
  const { transfer } = recipe;
  const inputs = [recipe.train, recipe.dev, ...(recipe.text ?? []), transfer?.train, transfer?.dev];
  const needed = inputs.filter((path) => path !== undefined).map((path) => join(data, path));
  const missing = needed.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    console.error(
      `${missing.join(', ')}: not there\n  hint: name the folder that holds the data with --data`,
    );
    process.exit(2);
  }

  const config = join(root, 'configs', `${name}.json`);
  const seed = values.seed === undefined ? [] : ['--seed', values.seed];
  const run = join(root, 'runs', `${name}${values.seed === undefined ? '' : `-${values.seed}`}`);
  rmSync(run, { recursive: true, force: true });
  let init = [];
  if (recipe.text !== undefined) {
    const start = join(root, 'runs', `${name}-pretrained.safetensors`);
    const text = recipe.text.flatMap((path) => ['--text', join(data, path)]);
    const settings = Object.entries(recipe.pretrain.set).flatMap(([key, value]) => [
      '--set',
      `${key}=${value}`,
    ]);
    if (!existsSync(start))
      w2ner(
        'pretrain',
        '--config',
        config,
        ...text,
        '--out',
        start,
        '--passes',
        String(recipe.pretrain.passes),
        ...settings,
      );
    init = ['--init', start];
  }
  if (transfer !== undefined) {
    // Other annotations first: what the model learns of words and grids stays, its types do not.
    const folder = join(root, 'runs', `${name}-transfer`);
    if (!existsSync(join(folder, 'metrics.json'))) {
      rmSync(folder, { recursive: true, force: true });
      const [train, dev] = ['train', 'dev'].map((part) =>
        bratToJson(join(data, transfer[part]), `${name}-${part}.json`),
      );
      const settings = Object.entries(transfer.set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      w2ner(
        'train',
        '--config',
        config,
        '--train',
        train,
        '--dev',
        dev,
        '--out',
        folder,
        ...settings,
        ...init,
      );
    }
    init = ['--init', join(folder, 'model.safetensors')];
  }
  const files = ['--train', join(data, recipe.train), '--dev', join(data, recipe.dev)];
  w2ner('train', '--config', config, ...files, '--out', run, ...seed, ...init);
  return run;
}

const run = values.run ?? train();
const target = values.out ?? join(root, 'models', name);
mkdirSync(target, { recursive: true });
for (const file of ['config.json', 'labels.json', 'model.safetensors', 'metrics.json', 'README.md']) {
  copyFileSync(join(run, file), join(target, file));
}
const sections = [
  ['Provenance', recipe.provenance],
  ['Known weaknesses', recipe.limits],
  [
    'Rebuild',
    [`\`node scripts/build-model.mjs ${name}${values.seed === undefined ? '' : ` --seed ${values.seed}`}\``],
  ],
].filter(([, paragraphs]) => paragraphs !== undefined);
const text = sections.map(([title, paragraphs]) => `\n## ${title}\n\n${paragraphs.join('\n\n')}\n`).join('');
const card = readFileSync(join(target, 'README.md'), 'utf8').replace(/^# .*/, `# ${name}`);
writeFileSync(join(target, 'README.md'), card + text);
console.error(`The model is in ${target}`);
