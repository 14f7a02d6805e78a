/** `w2ner recommendations`: rows, table, formats, files that fail. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import type { RecommendationRow } from '../export/recommendation-rows.ts';

const guideline = `# Лечение

Рекомендуется цитарабин** 100 мг/м2 [2].

УУР В, УДД 3

Комментарии: нет.

Не рекомендуется ритуксимаб** без показаний.

УУР С, УДД 5
`;

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  place.write('а.md', guideline);
});
afterEach(() => place.remove());

describe('recommendations', () => {
  it('writes a row each and counts them by strength', async () => {
    place.write('б.txt', 'Здесь ничего не советуют.');
    const out = place.path('out.json');
    const { code, stdout, stderr } = await cli(['recommendations', place.folder, '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows: RecommendationRow[] = JSON.parse(place.read('out.json'));
    expect(rows.map((row) => [row.source_file, row.number, row.strength, row.advice])).toEqual([
      ['а.md', 1, 'B', 'for'],
      ['а.md', 2, 'C', 'against'],
    ]);
    expect(rows[0]!.entities.dosages!.map((entity) => entity.text)).toEqual(['100 мг / м 2']);
    expect(stdout).toMatch(/^а\.md +2 +0 +1 +1 +0 +1 +2$/m);
    expect(stdout).toMatch(/^2 files +2 +0 +1 +1 +0 +1 +2$/m);
    expect(stdout).toMatch(/2 recommendations written to .*out\.json/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('takes the format from the name, and streams', async () => {
    const out = place.path('out.csv');
    await cli(['recommendations', place.path('а.md'), '--out', out, '--delimiter', 'semicolon']);
    expect(place.read('out.csv').split('\r\n')).toHaveLength(4);
    const { stdout, stderr } = await cli([
      ...['recommendations', place.path('а.md'), '--format', 'jsonl', '--out', '-', '--types', 'drug'],
    ]);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line): RecommendationRow => JSON.parse(line));
    expect(rows.map((row) => row.entities.drugs!.map((entity) => entity.text))).toEqual([
      ['цитарабин'],
      ['ритуксимаб'],
    ]);
    expect(rows[0]!.entities.dosages).toEqual([]);
    expect(stderr).toContain('2 recommendations');
  });

  it('lists files that fail, and fails when all do', async () => {
    place.write('в.xyz', 'нет');
    const out = place.path('out.json');
    const some = await cli(['recommendations', place.path('а.md'), place.path('в.xyz'), '--out', out]);
    expect(some.code).toBe(2);
    expect(some.stderr).toMatch(/1 file could not be read:[\s\S]*в\.xyz/);
    expect(JSON.parse(place.read('out.json'))).toHaveLength(2);
    const none = await cli(['recommendations', place.path('в.xyz'), '--out', place.path('none.json')]);
    expect(none.code).toBe(2);
    expect(existsSync(place.path('none.json'))).toBe(false);
    const type = await cli(['recommendations', place.folder, '--types', 'погода', '--out', out]);
    expect(type.code).toBe(2);
    expect(type.stderr).toContain('погода');
  });
});
