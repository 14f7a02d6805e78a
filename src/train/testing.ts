/** Small made-up training data, and settings that learn it in seconds. */
import { createRandom } from '../base/random.ts';

/** A record of the training format. */
export interface TrainingRow {
  readonly sentence: readonly string[];
  readonly ner: readonly { readonly type: string; readonly index: readonly number[] }[];
}

/** Sentences such as «принимать 5 мг ибупрофен и ещё» with a drug, a dose around it, and coordinated (discontinuous) drugs. */
export function makeData(count: number, seed: number): TrainingRow[] {
  const random = createRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const drugs = ['ибупрофен', 'цисплатин', 'ритуксимаб', 'метформин'];
  return Array.from({ length: count }, () => {
    const lead = Array.from({ length: random.below(4) }, () => pick(['при', 'боли', 'пациентам', 'утром']));
    const at = lead.length;
    const sentence = [...lead, 'назначить', String(random.below(900)), 'мг', pick(drugs), 'или', 'сироп'];
    const ner = [
      { type: 'DOSAGE', index: [at + 1, at + 2] },
      { type: 'DRUG', index: [at + 3] },
      { type: 'COURSE', index: [at + 1, at + 2, at + 5] },
    ];
    return { sentence, ner };
  });
}

export const smallSettings = {
  ngram_buckets: 512,
  ngram_emb_size: 16,
  bert_hid_size: 16,
  lstm_hid_size: 16,
  conv_hid_size: 8,
  biaffine_size: 8,
  ffnn_hid_size: 16,
  dilation: [1, 2],
  dist_emb_size: 4,
  type_emb_size: 4,
  batch_size: 6,
  epochs: 30,
  emb_dropout: 0.1,
  out_dropout: 0.1,
  conv_dropout: 0.05,
  learning_rate: 0.015,
  max_cells: 2000,
};
