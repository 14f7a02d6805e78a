/** `w2ner convert`: files and folders, the account, what is listed, bad input; other commands read the same formats. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  mkdirSync(place.path('brat'));
  place.write('brat/a.txt', 'Назначены КТ и МРТ таза.\nБоль утром.\n');
  place.write(
    'brat/a.ann',
    'T1\tTEST 10 12;19 23\tКТ таза\nT2\tTEST 15 23\tМРТ таза\nT3\tSIGN 25 28\tБол\nT4\tX 0 2\tнет\nR1\tR Arg1:T1 Arg2:T2\n',
  );
});
afterEach(() => place.remove());

describe('convert', () => {
  it('writes a file and an account that adds up', async () => {
    const { code, stdout, stderr } = await cli([
      'convert',
      place.path('brat'),
      place.path('a.json'),
      '--to',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(place.read('a.json'))).toEqual([
      {
        sentence: ['Назначены', 'КТ', 'и', 'МРТ', 'таза', '.'],
        ner: [
          { type: 'TEST', index: [1, 4] },
          { type: 'TEST', index: [3, 4] },
        ],
        document: 'a',
      },
      { sentence: ['Боль', 'утром', '.'], ner: [{ type: 'SIGN', index: [0] }], document: 'a' },
    ]);
    expect(stdout).toMatch(/^Written +3$/m);
    expect(stdout).toMatch(/^ {2}widened: .* 1$/m);
    expect(stdout).toMatch(/^Left out +1$/m);
    expect(stdout).toMatch(/^In the input +4$/m);
    expect(stdout).toContain('brat to json: 1 document, 2 sentences written to');
    expect(stdout).toContain('not converted: 1 × relation');
    expect(stdout).toContain('a T4 [0, 2) X – text differs: "На" stands there, the annotation says "нет"');
  });

  it('writes every problem to a file, as CSV or JSON', async () => {
    const run = (name: string) =>
      cli([
        'convert',
        place.path('brat'),
        place.path(`${name}.conll`),
        '--to',
        'conll',
        '--problems',
        place.path(name),
      ]);
    expect((await run('p.csv')).stdout).toContain('3 problems listed in');
    const rows = place.read('p.csv').slice(1).trimEnd().split('\r\n');
    expect(rows[0]).toBe('document,id,type,start,end,problem,lost,detail');
    expect(rows).toHaveLength(4);
    expect(rows[1]).toContain('a,T4,X,0,2,text differs,true,');
    await run('p.json');
    const kinds = (JSON.parse(place.read('p.json')) as { problem: string }[]).map(({ problem }) => problem);
    expect(kinds.sort()).toEqual(['discontinuous', 'text differs', 'widened']);
  });

  it('writes a row per problem as CSV, whatever stands in the texts', async () => {
    place.write('brat/a.ann', 'T1\tX 18 33\tтаза, боль; "утром"\nT2\t=X 0 2\tНе\n');
    const command = ['convert', place.path('brat'), place.path('a.json'), '--to', 'json'];
    await cli([...command, '--problems', place.path('p.csv')]);
    await cli([...command, '--problems', place.path('p.json')]);
    const rows: string[][] = parse(place.read('p.csv'), {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
    const problems = JSON.parse(place.read('p.json')) as object[];
    expect(problems).toHaveLength(2);
    const cells = problems.map((problem) => Object.values(problem).map(String));
    expect(rows.slice(1)).toEqual(cells.map((row) => row.map((cell) => cell.replace(/^=/u, "'="))));
  });

  it('writes a BRAT folder and a labelling configuration beside tasks', async () => {
    await cli(['convert', place.path('brat'), place.path('t.json'), '--to', 'label-studio']);
    expect(place.read('t.xml')).toContain('<Label value="TEST"');
    const { code } = await cli(['convert', place.path('t.json'), place.path('new'), '--to', 'brat']);
    expect(code).toBe(0);
    expect(readdirSync(place.path('new')).sort()).toEqual([
      'a.ann',
      'a.txt',
      'annotation.conf',
      'visual.conf',
    ]);
    expect(place.read('new/a.ann')).toContain('T1\tTEST 10 12;19 23\tКТ таза\n');
    const again = await cli(['convert', place.path('t.json'), place.path('new'), '--to', 'brat']);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('expected a new or an empty one');
  });

  it('goes by the extension of the output, where it says the format', async () => {
    const data = place.write('d.json', '[{"sentence": ["Боль"], "ner": [], "meta": 1}]');
    for (const [name, content] of [
      ['o.json', '[\n{"sentence":["Боль"],"ner":[],"meta":1}\n]\n'],
      ['o.JSONL', '{"sentence":["Боль"],"ner":[],"meta":1}\n'],
      ['o.conll', 'Боль\tO\n\n'],
    ] as const) {
      expect((await cli(['convert', data, place.path(name)])).code).toBe(0);
      expect(place.read(name)).toBe(content);
    }
    for (const [out, called] of [
      [place.path('out'), place.path('out')],
      [place.path('out.txt'), place.path('out.txt')],
      ['-', 'standard output'],
    ] as const) {
      const { code, stdout, stderr } = await cli(['convert', data, out]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(
        `--to: is missing, and ${called} does not say the format, expected one of json,`,
      );
      expect(stderr).toContain('must be named .json, .jsonl or .conll');
    }
  });

  it('writes to standard output, tables to standard error', async () => {
    const { stdout, stderr } = await cli(['convert', place.path('brat'), '-', '--to', 'bio-jsonl']);
    expect(JSON.parse(stdout.split('\n')[1]!)).toEqual({
      idx: 'a_1',
      tokens: ['Боль', 'утром', '.'],
      ner_tags: ['B-SIGN', 'O', 'O'],
    });
    expect(stderr).toContain('brat to bio-jsonl');
  });

  it('says what is wrong with the input', async () => {
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await cli(['convert', ...args, place.path('out'), '--to', 'json']);
      expect(code).toBe(2);
      expect(existsSync(place.path('out'))).toBe(false);
      return stderr;
    };
    expect(await failing(place.path('none.json'))).toContain('there is no such file');
    expect(await failing(place.folder)).toContain('this is a folder without .ann files');
    expect(await failing(place.write('a.conll', '\n\n'))).toContain('there is nothing to convert');
    expect(await failing(place.write('bad.json', '[{"sentence": []}]'))).toContain('the sentence is empty');
    const lines = place.write('lines.json', '[{"sentence": ["а"],\n"ner": []}]');
    expect(await failing(lines, '--from', 'brat')).toContain(
      'lines.json: this is a file, expected a BRAT folder',
    );
    expect(await failing(lines, '--from', 'conll')).toContain('nothing in it is as conll has it');
    expect((await cli(['convert', place.path('brat'), 'x', '--to', 'xml'])).stderr).toContain(
      'expected one of json',
    );
    const toStream = await cli(['convert', place.path('brat'), '-', '--to', 'brat']);
    expect(toStream.stderr).toContain('brat needs a folder');
  });
});

describe('other commands', () => {
  it('validate lists what of a BRAT folder does not come through', async () => {
    const { code, stdout } = await cli(['validate', place.path('brat')]);
    expect(code).toBe(2);
    expect(stdout).toContain('a T4 [0, 2): left out: the annotation repeats another text');
    expect(stdout).toContain('a T3 [25, 28): changed: a boundary is inside a word');
    expect(stdout).toMatch(/^Entities +3$/m);
  });

  it('validate takes what is broken for a problem, and what only does not fit for a warning', async () => {
    const text = 'Назначены КТ и МРТ таза.\n';
    const validate = async (...lines: string[]) => {
      place.write('brat/a.txt', text);
      place.write('brat/a.ann', lines.join('\n'));
      const { code, stdout } = await cli(['validate', place.path('brat')]);
      const json = JSON.parse((await cli(['validate', place.path('brat'), '--json'])).stdout);
      expect(json.valid).toBe(code === 0);
      return [code, stdout.trimEnd().split('\n').at(-1)];
    };
    const sound = 'T1\tTEST 10 12\tКТ';
    expect(await validate(sound, 'T2 TEST 10 12')).toEqual([2, '1 file: 1 problem']);
    expect(await validate(sound, 'TEST 10 12 КТ')).toEqual([2, '1 file: 1 problem']);
    expect(await validate(sound, 'T2\tTEST 10 12\tМРТ')).toEqual([2, '1 file: 1 problem']);
    expect(await validate(sound, 'T2\tTEST 100 112\tКТ')).toEqual([2, '1 file: 1 problem']);
    const fitting = [sound, 'T2\tTEST 10 12\tКТ', 'T3\tX 10 11\tК', 'T4\tX 9 10\t ', 'R1\tR Arg1:T1 Arg2:T2'];
    expect(await validate(...fitting)).toEqual([0, '1 file: no problem, 3 warnings']);
    expect((await cli(['validate', place.write('d.conll', 'Боль\tx\nутром\tO\n')])).code).toBe(2);
  });

  it('validate counts what convert does not convert', async () => {
    place.write('brat/b.ann', 'T1\tX 0 1\tа');
    place.write('brat/c.txt', 'Боль.');
    const counts = '1 × .ann file without its .txt, 1 × .txt file without its .ann, 1 × relation';
    const { stdout } = await cli(['validate', place.path('brat')]);
    expect(stdout).toContain(`· ${place.path('brat')}: not read: ${counts}\n`);
    const converted = await cli(['convert', place.path('brat'), place.path('a.json')]);
    expect(converted.stdout).toContain(`not converted: ${counts}\n`);
    const json = await cli(['validate', place.path('brat'), '--json']);
    expect(JSON.parse(json.stdout).ignored).toEqual([
      {
        file: place.path('brat'),
        counts: { '.ann file without its .txt': 1, '.txt file without its .ann': 1, relation: 1 },
      },
    ]);
    expect(JSON.parse((await cli(['validate', place.path('a.json'), '--json'])).stdout).ignored).toEqual([]);
  });

  it('keeps what it does not read: both names of entities, and of a document', async () => {
    const record = {
      sentence: ['а', 'б'],
      ner: [],
      entities: [{ type: 'P', index: [0] }],
      document: 17,
      source_file: 'а.md',
      meta: { id: 1 },
    };
    const input = place.write('both.json', JSON.stringify([record]));
    const { code, stdout } = await cli(['convert', input, place.path('kept.json')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/must be a string, got a number: left out/);
    const [kept] = JSON.parse(place.read('kept.json')) as [Record<string, unknown>];
    expect(kept).toMatchObject({ ner: [], entities: record.entities, meta: record.meta });
    expect(kept.document).toBe('а.md');
  });

  it.each([
    [['--problems', '-'], /--problems -: standard output is for the data/],
    [['--problems', 'OUT'], /is the output itself, expected another file/],
    [['--problems', 'p.xlsx'], /--problems p\.xlsx: expected a name in \.csv or \.json/],
  ])('refuses a list of problems in %j', async (options, message) => {
    const out = place.path('a.json');
    const given = options.map((option) => (option === 'OUT' ? out : option));
    const { code, stderr } = await cli(['convert', place.path('brat'), out, ...given]);
    expect([code, existsSync(out)]).toEqual([2, false]);
    expect(stderr).toMatch(message);
  });

  it('refuses an empty name', async () => {
    const { code, stderr } = await cli(['convert', place.path('brat'), '', '--to', 'json']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/<out>: the name is empty/)]);
  });

  it('validate and convert call a record by the same number', async () => {
    const gap = { type: 'X', index: [0, 2] };
    const sentence = ['а', 'б', 'в'];
    const records = [
      { sentence, ner: [], document: 'd' },
      { sentence, ner: [gap, gap], document: 'e' },
    ];
    const data = place.write('r.json', JSON.stringify(records));
    expect((await cli(['validate', data])).stdout).toContain(
      'r.json record 2 .ner[1]: X [0, 2] is annotated',
    );
    for (const to of ['conll', 'bio-jsonl']) {
      const { stdout } = await cli(['convert', data, place.path('out'), '--to', to]);
      expect(stdout).toContain('r.json record 2 .ner[1] – repeated');
      expect(stdout).toContain('  e record 2 X – discontinuous');
    }
  });

  it('evaluate takes a CoNLL file, and tells how much was changed', async () => {
    const data = place.write('d.conll', 'цитарабин\tB-DRUG\n.\tO\n\nБоль\tx\n');
    const { code, stderr, stdout } = await cli(['evaluate', '--data', data, '--bootstrap', '0', '--json']);
    expect(code).toBe(0);
    expect(stderr).toContain('1 annotation was changed or left out in reading; "w2ner validate" lists them');
    expect(JSON.parse(stdout).micro.f1).toBe(1);
  });
});

describe('extract in other formats', () => {
  const run = async (format: string, ...args: string[]) => {
    place.write('я.md', '# Лечение\n\nРекомендуется **цитарабин** 100 мг/м2.\n');
    return cli(['extract', place.path('я.md'), '--format', format, ...args]);
  };

  it('brat makes a folder, and refuses one with other files', async () => {
    const out = place.path('out');
    expect((await run('brat', '-o', out)).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['annotation.conf', 'visual.conf', 'я.md.ann', 'я.md.txt']);
    const text = place.read('out/я.md.txt');
    expect(place.read('out/я.md.ann')).toContain(
      `DRUG ${text.indexOf('цит')} ${text.indexOf('цит') + 9}\tцитарабин\n`,
    );
    const again = await run('brat', '-o', out);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('expected a new or an empty one');
    expect((await run('brat', '-o', '-')).stderr).toContain('brat makes a folder, got standard output');
  });

  it('label-studio writes its configuration beside the tasks; html knows two languages', async () => {
    await run('label-studio', '-o', place.path('tasks.json'));
    expect(JSON.parse(place.read('tasks.json'))[0].data.name).toBe('я.md');
    expect(place.read('tasks.xml')).toContain('<Label value="DRUG"');
    await run('html', '-o', place.path('r.html'), '--language', 'ru');
    expect(place.read('r.html')).toContain('<h1>Найденные сущности</h1>');
  });

  it('conll has every sentence, and the summary what did not fit', async () => {
    place.write('б.md', 'КТ и МРТ органов малого таза.\n');
    const { stdout } = await cli(['extract', place.path('б.md'), '-o', place.path('o.conll')]);
    expect(stdout).toContain('what this format cannot hold: 1 discontinuous');
    expect(stdout).toContain('"КТ органов малого таза" has gaps');
    expect(place.read('o.conll')).toContain('МРТ\tB-PROCEDURE_/_TEST\n');
  });
});
