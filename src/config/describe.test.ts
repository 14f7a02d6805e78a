/** The table of settings in the documentation is the schema's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig } from './check.ts';
import { settingsTable } from './describe.ts';
import { idleSettings } from './idle-settings.ts';
import { settingNames } from './schema.ts';

test('docs/settings.md lists every setting as it is; `npm run docs` writes it anew', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8');
  expect(text.slice(text.indexOf('|'))).toBe(`${settingsTable()}\n`);
  for (const name of settingNames) expect(text).toMatch(new RegExp(`\`${name}\` \\|.*\\| .{8,} \\|`));
});

test.each<[string, object, string[]]>([
  ['defaults', {}, []],
  ['a BERT', { bert_name: 'x' }, []],
  ['adapters of a BERT', { bert_name: 'x', adapter_rank: 4 }, []],
  ['a BERT with the compact encoder', { bert_name: 'x', encoder: 'compact' }, ['"bert_name" has no effect']],
  [
    'layers of the compact encoder',
    { bert_trained_layers: 2, adapter_rank: 4 },
    ['"bert_trained_layers", "adapter_rank" have'],
  ],
  [
    "the compact encoder's rate with a BERT",
    { bert_name: 'x', encoder_learning_rate: 1 },
    ['"encoder_learning_rate" has'],
  ],
  ['a transformer over the compact encoder', { transformer_layers: 2 }, []],
  [
    'a transformer over a BERT',
    { bert_name: 'x', transformer_layers: 2 },
    ['"transformer_layers" has no effect: a BERT encoder is a transformer'],
  ],
  [
    'layers beside adapters',
    { bert_name: 'x', adapter_rank: 4, bert_trained_layers: 2 },
    ['"bert_trained_layers" has'],
  ],
])('idle settings: %s', (_, settings, messages) => {
  const found = idleSettings(checkConfig(settings));
  expect(found.length).toBe(messages.length);
  for (const [i, message] of messages.entries()) expect(found[i]).toContain(message);
});
