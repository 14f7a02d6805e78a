/** Which parameters a model declares, and which settings change their shapes. */
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../config/check.ts';
import { checkEncoderConfig } from '../config/encoder.ts';
import { describeW2ner } from './w2ner.ts';

const LABELS = 5; // K
const settings = {
  ngram_buckets: 40,
  ngram_emb_size: 4,
  bert_hid_size: 5,
  lstm_hid_size: 6,
  conv_hid_size: 3,
  biaffine_size: 4,
  ffnn_hid_size: 7,
  dist_emb_size: 3,
  type_emb_size: 2,
  dilation: [1, 2, 3],
};

describe('declared parameters', () => {
  const shapesOf = (change: object): Map<string, string> =>
    new Map(
      [
        ...describeW2ner(checkConfig({ ...settings, ...change }), LABELS, { training: false, padded: false })
          .build.parameters,
      ].map(([name, { shape }]) => [name, shape.join()]),
    );
  const plain = shapesOf({});
  const changed = (change: object): string[] => {
    const other = shapesOf(change);
    return [...new Set([...plain.keys(), ...other.keys()])]
      .filter((name) => plain.get(name) !== other.get(name))
      .sort();
  };
  const linear = (name: string): string[] => [`${name}.bias`, `${name}.weight`];

  test.each<[string, object, string[]]>([
    ['dist_emb_size', { dist_emb_size: 9 }, ['convLayer.base.1.weight', 'dis_embs.weight']],
    ['type_emb_size', { type_emb_size: 9 }, ['convLayer.base.1.weight', 'reg_embs.weight']],
    [
      'ffnn_hid_size',
      { ffnn_hid_size: 9 },
      ['predictor.linear.weight', ...linear('predictor.mlp_rel.linear')],
    ],
    [
      'biaffine_size',
      { biaffine_size: 9 },
      ['predictor.biaffine.weight', ...linear('predictor.mlp1.linear'), ...linear('predictor.mlp2.linear')],
    ],
    [
      'bert_hid_size',
      { bert_hid_size: 9 },
      [
        ...linear('compact.norm'),
        ...linear('compact.projection'),
        'encoder.weight_ih_l0',
        'encoder.weight_ih_l0_reverse',
      ],
    ],
    [
      'conv_hid_size',
      { conv_hid_size: 9 },
      [
        ...linear('convLayer.base.1'),
        ...[0, 1, 2].flatMap((k) => linear(`convLayer.convs.${k}`)),
        'predictor.mlp_rel.linear.weight',
      ],
    ],
    [
      'lstm_hid_size',
      { lstm_hid_size: 10 },
      [
        'cln.beta',
        'cln.beta_dense.weight',
        'cln.gamma',
        'cln.gamma_dense.weight',
        'convLayer.base.1.weight',
        ...['bias_hh', 'bias_ih', 'weight_hh', 'weight_ih'].flatMap((kind) => [
          `encoder.${kind}_l0`,
          `encoder.${kind}_l0_reverse`,
        ]),
        'predictor.mlp1.linear.weight',
        'predictor.mlp2.linear.weight',
      ],
    ],
    [
      'dilation, fewer',
      { dilation: [1] },
      [...linear('convLayer.convs.1'), ...linear('convLayer.convs.2'), 'predictor.mlp_rel.linear.weight'],
    ],
    [
      'dilation, more',
      { dilation: [1, 2, 3, 5] },
      [...linear('convLayer.convs.3'), 'predictor.mlp_rel.linear.weight'],
    ],
    [
      'transformer_layers',
      { transformer_layers: 1, transformer_heads: 1 },
      [
        ...['output', 'query', 'value', 'key', 'norm'].flatMap((part) =>
          linear(`transformer.layer.0.attention.${part}`),
        ),
        ...['inner', 'norm', 'outer'].flatMap((part) => linear(`transformer.layer.0.feed_forward.${part}`)),
        ...linear('transformer.norm'),
        'transformer.position.weight',
      ].sort(),
    ],
    [
      'context_hid_size',
      { context_hid_size: 6 },
      ['bias_hh', 'bias_ih', 'weight_hh', 'weight_ih'].flatMap((kind) => [
        `context.${kind}_l0`,
        `context.${kind}_l0_reverse`,
      ]),
    ],
  ])('%s', (_, change, names) => expect(changed(change)).toEqual(names));
});

test('a BERT has no second transformer over it', () => {
  const sizes = { vocab_size: 9, hidden_size: 4, intermediate_size: 4, max_position_embeddings: 16 };
  const encoder = checkEncoderConfig({ ...sizes, num_hidden_layers: 1, num_attention_heads: 2 }, 'bert');
  const config = checkConfig({ ...settings, bert_name: 'x', bert_hid_size: 4, transformer_layers: 1 });
  const { parameters } = describeW2ner(config, LABELS, { training: false, padded: true, encoder }).build;
  expect([...parameters.keys()].filter((name) => name.startsWith('transformer.'))).toEqual([]);
});
