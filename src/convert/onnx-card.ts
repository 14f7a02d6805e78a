/** How to feed an exported model and read what it puts out, written beside it. */
import { longestSequence } from '../config/encoder.ts';
import { createFeeder } from '../data/feeder.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { describe, type Graph } from '../onnx/graph.ts';
import { createPieceTokenizer } from '../text/pieces.ts';
import type { EncoderFolder } from '../weights/encoder-folder.ts';
import type { ModelDescription } from '../weights/model-description.ts';

/** Two sentences, the shorter one padded. */
const exampleSentences = [
  ['Назначить', '5', 'мг', 'фолиевой', 'кислоты'],
  ['Отменить', 'ритуксимаб'],
];

/** Markdown for the repository's `README.md`. */
export function onnxCard(name: string, model: ModelDescription, graph: Graph): string {
  const { labels, encoder } = model;
  const int8 = model.config.weights !== 'float32';
  const parts = [
    `# ${name}`,
    `A W2NER model (Li et al., AAAI 2022) as ONNX. The folder is a model of Triton Inference Server: \`tritonserver --model-repository <the folder above this one>\`. Any ONNX Runtime runs \`1/model.onnx\` as well, without options; \`1/model.safetensors\` holds its weights and has to lie beside it.${int8 ? ' Its weights are int8: it needs the operators of ONNX Runtime (`com.microsoft`).' : ''}`,
    `## Inputs\n\n${table(graph.inputs.map((value) => [value.name, describe(value), inputs[value.name]!]))}\n\nB is the number of sentences, L of words in the longest one; shorter ones are padded.`,
    encoder === undefined ? spellingHelp(model) : pieceHelp(encoder),
    `### Example\n\n${exampleSentences.map((words) => `\`${JSON.stringify(words)}\``).join(' and ')}:\n\n\`\`\`json\n${exampleFeeds(model)}\n\`\`\``,
    `## Outputs\n\n${table(graph.outputs.map(({ name: own, value }) => [own, describe(value), outputs[own]!]))}\n\nAsk for the last three only: \`logits\` is large and not needed to find entities. K is ${labels.size}, N the number of cells with a relation; padding has none.`,
    decodingHelp,
    ...scoreHelp(model),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What inputs are. */
const inputs: Readonly<Record<string, string>> = {
  pieces: 'ids of word pieces, 0 at padding; a row is a sequence of the encoder',
  piece_word:
    'the word of each piece: b · L + i for word i of sentence b; −1 at special pieces and at padding',
  features: 'rows of the spelling table, up to 32 of one distinct word; part 0 is empty, all zeros',
  feature_weight: 'weight of each row, 0 at padding',
  word_parts:
    'the parts of `features` that each distinct word is made of, 0 behind the last; number 0 is the padding word',
  word_index: 'number of the distinct word at each place, 0 at padding',
  word_mask: '1 at words, 0 at padding',
};

const outputs: Readonly<Record<string, string>> = {
  logits: 'unnormalised scores of each label for each pair of words (row, column); padding holds no meaning',
  cells: 'the pairs with a relation: sentence, row, column',
  cell_label: 'the most probable label of each, by `labels.json` in id order',
  cell_probability: 'its probability (softmax over the labels)',
};

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map(([name, type, meaning]) => `| \`${name}\` | ${type} | ${meaning} |`);
  return ['| name | type and shape | what it is |', '|---|---|---|', ...lines].join('\n');
}

function pieceHelp(encoder: EncoderFolder): string {
  const { startId, endId } = createPieceTokenizer(encoder.tokenizer, encoder.folder);
  const longest = longestSequence(encoder.config);
  return [
    'Split each word by itself with the tokenizer in `encoder/`, without special tokens; a word may give no piece.',
    `A row of \`pieces\` is ${startId}, the pieces of all words of a sentence, ${endId}, then zeros. It holds at most ${longest} pieces: what a sentence has more goes into further rows of the same form, behind those of all B sentences, which come first and in order (so W ≥ B). Pieces may be repeated in two such rows for their context; their word is then named in \`piece_word\` in one of them, and −1 in the other.`,
  ].join('\n\n');
}

function spellingHelp({ config, glossary }: ModelDescription): string {
  const { ngram_min: shortest, ngram_max: longest, ngram_buckets: rows } = config;
  const help = [
    `The rows of a word are hashes of its folded form, its shape, its length and its character n-grams (${shortest} to ${longest} characters, ${rows} rows): \`wordFeatures\` in \`src/text/spelling.ts\` of w2ner computes them. The weight of each of n rows is 1 / √n.`,
  ];
  if (glossary !== undefined) {
    help.push(
      'Words and phrases of `glossary.json` have further rows: those of the words that an abbreviation stands for, again with 1 / √n each, and one with the weight 1 for the type of a list of names that they are in (in any grammatical case: `indexGlossary` in `src/text/glossary.ts`).',
    );
  }
  return help.join('\n\n');
}

const decodingHelp = `## From cells to entities

Label 1 (\`<suc>\`) in (row, column): word *column* follows word *row* inside some entity. A label from 2 on in (row, column):
an entity of this type begins at word *column* and ends at word *row*. An entity is a way from its first to its last word
along the pairs that label 1 names, words in between left out where the way jumps; one word is its own first and last.
The score of an entity is the least probability of the cells that it is made of.`;

/** How w2ner reads scores, where it does not take them as they are. */
function scoreHelp({
  config: { score_slope: slope, score_intercept: intercept },
}: ModelDescription): string[] {
  if (slope === 1 && intercept === 0) return [];
  return [
    `w2ner reads a score s as the probability 1 / (1 + exp(−(a · ln(s / (1 − s)) + b))) with a = ${slope} and b = ${intercept}, fitted on the model's dev data.`,
  ];
}

/** The inputs of two short sentences, one row of numbers a line. */
function exampleFeeds(model: ModelDescription): string {
  const feeder = createFeeder(model);
  const { distance: _, ...feeds } = feeder.feeds(
    exampleSentences.map((words) => ({ words })),
    true,
  );
  const entries = Object.entries(feeds).map(([name, tensor]) => `  "${name}": ${rowsOf(tensor)}`);
  return `{\n${entries.join(',\n')}\n}`;
}

function rowsOf({ shape, data }: TensorData): string {
  const width = shape.at(-1)!;
  const values = [...data].map((value) => String(Number(Number(value).toFixed(4))));
  const rows = Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width).join(', '),
  );
  return `[\n    ${rows.map((row) => `[${row}]`).join(',\n    ')}\n  ]`;
}
