/** The result tables of `bench/README.md`. */
import { productSections } from './product-tables.ts';
import type { Result } from './results.ts';
import { machineLine, type Row, type Section, table } from './table-text.ts';

const sections: Readonly<Record<string, Section>> = {
  training: ([result]) => {
    const { ours, pytorch, settings } = result as unknown as TrainingResult;
    const rows: Row[] = [
      ['ours', settings.threads, ours.seconds_per_epoch, ours.losses.at(-1)!, ''],
      ...pytorch.map((run) => [
        `PyTorch ${run.library.torch}, ${blasOf(run.library)}`,
        run.library.threads,
        run.seconds_per_epoch,
        run.losses.at(-1)!,
        `${run.times_ours}×`,
      ]),
    ];
    const head = ['', 'threads', 's per epoch', 'loss of the last epoch', 'times ours'];
    const size = `${settings.sentences} sentences in ${settings.batches} batches, ${settings.parameters} parameters.`;
    return `${size}\n\n${table(head, rows)}\n\n${machineLine(result!.machine)}`;
  },
  inference: ([result]) => {
    const { sets } = result as unknown as InferenceResult;
    const rows = sets.flatMap(
      ({ model, data, sentences, words_per_sentence: words, ours, pytorch }): Row[] => [
        [model, `${data}: ${sentences} of ${words} words`, 'ours', '', ours.sentences_per_second, ''],
        ...pytorch.map((run) => [
          ...['', '', `PyTorch ${run.library.torch}, ${blasOf(run.library)}`],
          ...[run.library.threads, run.sentences_per_second, `${run.ours_times}×`],
        ]),
      ],
    );
    const head = ['model', 'sentences', '', 'threads', 'sentences/s', 'ours is faster by'];
    return `${table(head, rows)}\n\n${machineLine(result!.machine)}`;
  },
  bert: (results) => {
    const [main, others] = [true, false].map((own) =>
      results.filter(({ name }) => (name === 'bert') === own),
    );
    return [
      ...main!.map((result) => bertSection(result as unknown as BertResult & Result)),
      ...others!.map((result) => otherPieces(result as unknown as BertResult & Result)),
    ].join('\n\n');
  },
  extract: ([result]) => {
    const { start, corpora } = result as unknown as ExtractResult;
    const rows = corpora.map((corpus) => [
      ...[corpus.name, corpus.files, corpus.sentences, corpus.words_per_sentence],
      `${(100 * corpus.repeated_share).toFixed(1)} %`,
      ...[corpus.sentences_per_second, corpus.new_sentences_per_second],
      ...[corpus.sentences_per_second_with_start, `${corpus.peak_mb} MB`],
    ]);
    const head = ['text', 'files', 'sentences', 'words each', 'repeated', 'sentences/s'];
    const begin =
      `\`w2ner --version\` takes ${start.version_seconds} s, \`w2ner extract\` of one sentence ` +
      `${start.tiny_file_seconds} s and ${start.tiny_file_peak_mb} MB.`;
    return `${table([...head, 'new ones/s', 'with start', 'peak memory'], rows)}\n\n${begin}\n\n${machineLine(result!.machine)}`;
  },
  quality: (results) => {
    const rows = (results as unknown as (QualityResult & Result)[]).map((result) => [
      result.name.replace('quality-', ''),
      result.median_f1,
      result.runs.map(({ f1 }) => f1).join(', '),
      result.lexicon_f1 ?? '',
      `${result.median_seconds} s`,
      result.runs
        .map((run) => (run.seconds_to_target === null ? '–' : `${run.seconds_to_target} s`))
        .join(', '),
      result.settings.target,
    ]);
    const head = [
      'benchmark',
      'median dev F1',
      'each seed',
      'lexicon',
      'time of a run',
      'time to target',
      'target',
    ];
    const machines = results.map(
      ({ name, machine }) => `${name.replace('quality-', '')}: ${machineLine(machine)}`,
    );
    return [table(head, rows), ...machines].join('\n\n');
  },
};

interface Library {
  readonly torch: string;
  readonly threads: number;
  readonly blas: string;
  readonly matrix_product_gflops: number;
}

interface TrainingResult {
  readonly settings: {
    readonly threads: number;
    readonly sentences: number;
    readonly batches: number;
    readonly parameters: number;
  };
  readonly ours: { readonly seconds_per_epoch: number; readonly losses: readonly number[] };
  readonly pytorch: readonly {
    readonly library: Library;
    readonly seconds_per_epoch: number;
    readonly losses: readonly number[];
    readonly times_ours: number;
  }[];
}

interface InferenceResult {
  readonly sets: readonly {
    readonly model: string;
    readonly data: string;
    readonly sentences: number;
    readonly words_per_sentence: number;
    readonly ours: { readonly sentences_per_second: number };
    readonly pytorch: readonly {
      readonly library: Library;
      readonly sentences_per_second: number;
      readonly ours_times: number;
    }[];
  }[];
}

interface BertUse {
  readonly sentences_per_second: number;
  readonly peak_mb: number;
  readonly model_mb: number;
  readonly products_share: number;
  readonly pieces_per_sentence: number;
}

/** When and from which state of the code a part was measured. */
interface Measured {
  readonly measured?: {
    readonly date: string;
    readonly commit: string | null;
    readonly load_before: number | null;
  };
}

const whenMeasured = ({ measured }: Measured): string =>
  measured === undefined ? '' : ` (commit ${measured.commit}, load before ${measured.load_before})`;

function int8Results(int8: BertResult['int8']): [string, BertUse][] {
  return Object.entries(int8).filter(([name]) => name.startsWith('bits_')) as [string, BertUse][];
}

interface BertResult {
  readonly use: Measured & {
    readonly sentences: number;
    readonly ours: BertUse;
    readonly pytorch: readonly {
      readonly order: string;
      readonly library: Library;
      readonly sentences_per_second: number;
      readonly peak_mb: number;
      readonly ours_times: number;
    }[];
  };
  readonly int8: Measured & Readonly<Record<string, unknown>>;
  readonly training: Measured & {
    readonly sentences: number;
    readonly seconds: number;
    readonly steps: number;
    readonly peak_mb: number;
    readonly encoder_gflops: number;
    readonly pytorch: readonly {
      readonly library: Library;
      readonly seconds_per_epoch_extrapolated: number;
      readonly peak_mb: number;
      readonly times_ours: number;
    }[];
  };
  readonly import: Measured & {
    readonly file_mb: number;
    readonly seconds: number;
    readonly peak_mb: number;
  };
}

/** What part of the processor's speed in products that is, as PyTorch's run measures it. */
function shareOfPeak({ encoder_gflops: own, pytorch }: BertResult['training']): string {
  const peak = pytorch[0]?.library.matrix_product_gflops;
  return peak === undefined
    ? ''
    : `, ${((100 * own) / peak).toFixed(0)} % of what a product alone reaches here`;
}

/** Use, int8, fine-tuning and import of a model of multilingual BERT's size. */
function bertSection({ use, int8, training, import: imported, machine }: BertResult & Result): string {
  const original = use.pytorch.find(({ order }) => order === 'as in the file');
  const times = (rate: number): string =>
    original === undefined ? '' : `${(rate / original.sentences_per_second).toFixed(1)}×`;
  const own = (name: string, { sentences_per_second: rate, ...rest }: BertUse): Row => [
    ...[name, rate, times(rate), `${rest.peak_mb} MB`, `${rest.model_mb} MB`],
    `${(100 * rest.products_share).toFixed(0)} %`,
  ];
  const rows: Row[] = [
    own('ours, float32', use.ours),
    ...int8Results(int8).map(([bits, result]) =>
      own(`ours, int8 of ${bits.replace('bits_', '')} bits`, result),
    ),
    ...use.pytorch.map(
      ({ order, library, sentences_per_second: rate, peak_mb: peak }): Row => [
        `PyTorch ${library.torch}, ${blasOf(library)}, batches of 8, ${order}`,
        ...[rate, times(rate), `${peak} MB`, '', ''],
      ],
    ),
  ];
  const head = ['', 'sentences/s', 'of the original', 'peak memory', 'weights', 'in products'];
  const slower = training.pytorch.map(
    (run) =>
      ` PyTorch (${run.library.torch}, ${blasOf(run.library)}), from its time for a few steps: ` +
      `${run.seconds_per_epoch_extrapolated} s (${run.times_ours}×), ${run.peak_mb} MB.`,
  );
  return [
    `${use.sentences} sentences of ${use.ours.pieces_per_sentence} pieces${whenMeasured(use)}.`,
    table(head, rows),
    `Fine-tuning of all layers, one epoch of ${training.sentences} sentences in ${training.steps} steps: ` +
      `${Math.round(training.seconds)} s, ${training.peak_mb} MB; the encoder's products alone make ${training.encoder_gflops} ` +
      `GFLOP/s of it${shareOfPeak(training)}${whenMeasured(training)}.${slower.join('')}`,
    `Importing a checkpoint of ${imported.file_mb} MB with \`w2ner import\`: ${imported.seconds} s, ${imported.peak_mb} MB${whenMeasured(imported)}.`,
    machineLine(machine),
  ].join('\n\n');
}

/** Use with a vocabulary of longer pieces, in a sentence. */
function otherPieces({ use, int8 }: BertResult): string {
  const original = use.pytorch.find(({ order }) => order === 'as in the file');
  const rate = (name: string, { sentences_per_second: speed }: BertUse): string =>
    `${name} ${speed} sentences/s${original === undefined ? '' : ` (${(speed / original.sentences_per_second).toFixed(1)}×)`}`;
  const parts = [
    rate('float32', use.ours),
    ...int8Results(int8).map(([bits, result]) => rate(`int8 of ${bits.replace('bits_', '')} bits`, result)),
    ...(original === undefined ? [] : [`PyTorch as in the file ${original.sentences_per_second}`]),
  ];
  return `With longer pieces, ${use.ours.pieces_per_sentence} a sentence: ${parts.join(', ')}.`;
}

interface ExtractResult {
  readonly start: {
    readonly version_seconds: number;
    readonly tiny_file_seconds: number;
    readonly tiny_file_peak_mb: number;
  };
  readonly corpora: readonly {
    readonly name: string;
    readonly files: number;
    readonly sentences: number;
    readonly words_per_sentence: number;
    readonly repeated_share: number;
    readonly sentences_per_second: number;
    readonly new_sentences_per_second: number;
    readonly sentences_per_second_with_start: number;
    readonly peak_mb: number;
  }[];
}

interface QualityResult {
  readonly settings: { readonly target: number };
  readonly median_f1: number;
  readonly lexicon_f1: number | null;
  readonly median_seconds: number;
  readonly runs: readonly { readonly f1: number; readonly seconds_to_target: number | null }[];
}

function blasOf({ blas, matrix_product_gflops: speed }: Library): string {
  const name =
    /openblas|mkl|blis|atlas/i.exec(blas)?.[0] ?? (blas.includes('libblas') ? 'reference BLAS' : blas);
  return `${name} (${speed} GFLOP/s)`;
}

/** The README with the text between each pair of marks `<!-- NAME -->`, `<!-- /NAME -->` made anew. */
export function fillTables(text: string, results: ReadonlyMap<string, Result>): string {
  return Object.entries({ ...sections, ...productSections }).reduce((filled, [name, section]) => {
    const own = [...results.values()].filter(
      (result) => result.name === name || result.name.startsWith(`${name}-`),
    );
    const content = own.length === 0 ? 'Not measured yet.' : section(own);
    const marked = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`);
    return filled.replace(marked, (_, start: string, end: string) => `${start}\n\n${content}\n\n${end}`);
  }, text);
}
