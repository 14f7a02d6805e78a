/**
 * Rebuilds a shipped model from its data: `node scripts/build-model.mjs guidelines-ru [--data DIR] [--seed N] [--out DIR] [--runs DIR]`.
 * The recipe's steps stand in configs/models.json; each leaves its result in the folder of runs, and a step whose result is
 * there is not done again. The data is not part of this repository; DIR defaults to $W2NER_DATA, then to ../shared/data
 * beside it. With --until STEP the recipe ends there, without writing a model.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    runs: { type: 'string' },
    until: { type: 'string' },
  },
});
const recipes = JSON.parse(readFileSync(join(root, 'configs/models.json'), 'utf8'));
const name = positionals[0];
const recipe = recipes[name];
if (recipe === undefined) {
  console.error(`expected a model: ${Object.keys(recipes).join(', ')}`);
  process.exit(2);
}
const data = resolve(values.data ?? process.env.W2NER_DATA ?? join(root, '../shared/data'));
const runs = resolve(values.runs ?? join(root, 'runs', name));
const config = join(root, 'configs', `${name}.json`);

function w2ner(...args) {
  console.error(`$ w2ner ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    stdio: ['inherit', args.includes('--json') ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

/** The scores of the model as it is shipped, beside a lexicon of what people annotated alone. */
function evaluated(model, { train, dev }) {
  const annotated = [train].flat().find((path) => !made.has(path)); // evaluate takes one file
  const files = ['--data', dataFile(dev), ...(annotated === undefined ? [] : trainFiles(annotated))];
  return JSON.parse(w2ner('evaluate', '--model', model, ...files, '--json'));
}

const settings = (set = {}) =>
  Object.entries(set).flatMap(([key, value]) => [
    '--set',
    `${key}=${JSON.stringify(value).replaceAll('"', '')}`,
  ]);

/** A data file or folder: what a step before wrote, or one of the data folder, in any format that `train` reads. */
const dataFile = (path) => (made.has(path) ? join(runs, `${path}.json`) : join(data, path));

const trainFiles = (train) => [train].flat().flatMap((path) => ['--train', dataFile(path)]);

const weightsOf = (step) =>
  existsSync(join(runs, `${step}.safetensors`))
    ? join(runs, `${step}.safetensors`)
    : join(runs, step, 'model.safetensors');

/** Lists of terms, which lie in this repository. */
const termLists = (terms) =>
  Object.entries(terms).flatMap(([type, path]) => ['--terms', `${type}=${join(root, path)}`]);

/** A copy of a text without the zero bytes and control characters that extraction has left in it. */
function cleaned(path) {
  const target = join(runs, 'text', basename(path));
  mkdirSync(dirname(target), { recursive: true });
  const text = readFileSync(join(data, path), 'utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  writeFileSync(target, text.replace(/[\0-\x08\x0e-\x1f]/g, ''));
  return target;
}

/** What each kind of step does, and the result that says it is done. */
const kinds = {
  pretrain: {
    result: ({ name }) => join(runs, `${name}.safetensors`),
    run({ pretrain, passes, init, set }, result) {
      const text = pretrain.flatMap((path) => ['--text', join(data, path)]);
      const start = init === undefined ? [] : ['--init', weightsOf(init)];
      const options = [...text, ...start, '--passes', String(passes), '--out', result];
      w2ner('pretrain', '--config', config, ...options, ...settings(set));
    },
  },
  train: {
    result: ({ name }) => join(runs, name, 'metrics.json'),
    run({ name, train, dev, init, glossary = [], terms = {}, set, seed }) {
      const folder = join(runs, name);
      rmSync(folder, { recursive: true, force: true });
      const files = [...trainFiles(train), '--dev', dataFile(dev), '--out', folder];
      const start = init === undefined ? [] : ['--init', weightsOf(init)];
      const words = [...glossary.flatMap((path) => ['--glossary', join(root, path)]), ...termLists(terms)];
      const options = [...files, ...start, ...words, '--seed', String(seed ?? 1), ...settings(set)];
      w2ner('train', '--config', config, ...options);
    },
  },
  average: {
    result: ({ name }) => join(runs, name, 'metrics.json'),
    run({ name, average, train, dev }) {
      const folder = join(runs, name);
      rmSync(folder, { recursive: true, force: true });
      const models = average.map((model) => join(runs, model));
      const files = [...trainFiles(train), '--dev', dataFile(dev)];
      w2ner('average', ...models, ...files, '--out', folder);
    },
  },
  label: {
    result: ({ name }) => join(runs, `${name}.json`),
    run({ label, models, sentences, seed = 1 }, result) {
      const teachers = models.flatMap((model) => ['--model', join(runs, model)]);
      const options = [
        ...teachers,
        '--sentences',
        String(sentences),
        '--seed',
        String(seed),
        '--out',
        result,
      ];
      w2ner('label', ...label.map(cleaned), ...options);
    },
  },
  augment: {
    result: ({ name }) => join(runs, `${name}.json`),
    run({ augment, coordinated, replaced, tabulated = 0, terms = {} }, result) {
      const counts = Object.entries({ coordinated, replaced, tabulated });
      const options = counts.flatMap(([name, count]) => [`--${name}`, String(count)]);
      w2ner('augment', dataFile(augment), ...options, ...termLists(terms), '--out', result);
    },
  },
};

/** Steps with several seeds become one for each; a last step that trains has the seed that was asked for. */
const steps = recipe.steps.flatMap((step, i) => {
  if (step.seeds !== undefined)
    return step.seeds.map((seed) => ({ ...step, seed, name: `${step.name}-${seed}` }));
  return i + 1 < recipe.steps.length || step.average !== undefined
    ? [step]
    : [{ ...step, seed: values.seed, name: `${step.name}-${values.seed}` }];
});
const last = steps.at(-1);
const needed = steps.flatMap(({ pretrain, label, augment, train, dev }) =>
  [pretrain, label, augment, train, dev].flat(),
);
const made = new Set(steps.map((step) => step.name));
const missing = needed.filter(
  (path) => path !== undefined && !made.has(path) && !existsSync(join(data, path)),
);
if (missing.length > 0) {
  console.error(
    `${missing.join(', ')}: not in ${data}\n  hint: name the folder that holds the data with --data`,
  );
  process.exit(2);
}
mkdirSync(runs, { recursive: true });
for (const step of steps) {
  const kind =
    kinds[['pretrain', 'label', 'augment', 'average'].find((key) => step[key] !== undefined) ?? 'train'];
  const result = kind.result(step);
  if (existsSync(result)) console.error(`${step.name}: done before`);
  else kind.run(step, result);
  if (values.until === step.name) process.exit(0);
}

const run = join(runs, last.name);
const target = values.out ?? join(root, 'models', name);
mkdirSync(target, { recursive: true });
let shipped = run;
if (recipe.quantize !== undefined) {
  shipped = join(runs, `${last.name}-small`);
  rmSync(shipped, { recursive: true, force: true });
  w2ner('quantize', run, '--out', shipped, ...recipe.quantize, '--data', dataFile(last.dev));
}
for (const file of ['config.json', 'labels.json', 'glossary.json', 'model.safetensors'])
  if (existsSync(join(shipped, file))) copyFileSync(join(shipped, file), join(target, file));
const metrics = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8'));
let card = readFileSync(join(run, 'README.md'), 'utf8').replace(/^# .*/, `# ${name}`);
if (shipped !== run) {
  metrics.dev = evaluated(target, last);
  const { scoreSummary } = await import(pathToFileURL(join(root, 'dist/train/model-card.js')));
  card = card.replace(/### dev:.*?(?=\n\n## )/s, () => scoreSummary('dev', metrics.dev));
}
writeFileSync(join(target, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
const sections = [
  ['Provenance', recipe.provenance],
  ['Size and speed', recipe.speed],
  ['Known weaknesses', recipe.limits],
  [
    'Rebuild',
    [`\`node scripts/build-model.mjs ${name}${last.average === undefined ? ` --seed ${values.seed}` : ''}\``],
  ],
].filter(([, paragraphs]) => paragraphs !== undefined);
const text = sections.map(([title, paragraphs]) => `\n## ${title}\n\n${paragraphs.join('\n\n')}\n`).join('');
writeFileSync(join(target, 'README.md'), card + text);
console.error(`The model is in ${target}`);
