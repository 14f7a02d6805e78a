/** The service under load, in a process of its own on loopback: `npx tsx bench/service.ts`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { present, repository } from './common/paths.ts';
import { familyMegabytes, watchMemory } from './common/process-memory.ts';
import { median, rounded, writeResult } from './common/results.ts';

/** What requests say; numbers make each one new, so that no answer comes out of a cache. */
const sentences: readonly ((n: number) => string)[] = [
  (n) => `Рекомендуется назначить цитарабин ${n} мг/м2 два раза в сутки в течение ${n % 9} дней.`,
  (n) =>
    `Пациентам старше ${n} лет проводится компьютерная томография органов грудной клетки каждые ${n % 12} месяцев.`,
  (n) => `При снижении клиренса креатинина ниже ${n} мл/мин препарат противопоказан.`,
  (n) =>
    `Взрослым с впервые выявленной гипертензией ${n % 3} степени рекомендован контроль давления через ${n} недель.`,
  (n) => `Наблюдение у гематолога – ${n} раз в год.`,
  (n) =>
    `При развитии нейтропении IV степени, длящейся более ${n % 20} суток, следующий курс откладывают до восстановления ` +
    `числа нейтрофилов выше ${n}×10⁹/л, а дозу ритуксимаба сохраняют прежней.`,
];

let count = 0;
const nextSentence = (): string => {
  count++;
  return sentences[count % sentences.length]!(count);
};
const bodyOf = (text: string): string => JSON.stringify({ text });
const headers = { 'content-type': 'application/json' };

await runMain(async () => {
  const options = readOptions(
    'The service under load: failures, latency, memory; and one sentence at a time.',
    {
      clients: [200, 'concurrent clients, each with one request at a time'],
      seconds: [60, 'how long they ask'],
      singles: [300, 'requests of one sentence, one after the other'],
      cli: [join(repository, 'dist/cli/main.js'), 'the built program'],
      note: ['', 'what a reader of the figures should know'],
      out: ['', 'result file; without it bench/results/service.json'],
    },
  );
  const machine = describeMachine();
  const service = await startService(present(options.cli, 'build it with npm run build'));
  try {
    const single = await measureSingles(service.url, options.singles);
    const load = await measureLoad(service, options.clients, options.seconds);
    const beside = await measureBeside(service.url, Math.ceil(options.singles / 3));
    const { clients, seconds, singles } = options;
    const settings = { clients, seconds, singles, ...(options.note === '' ? {} : { note: options.note }) };
    const result = { name: 'service', machine, settings, single, load, beside };
    process.stdout.write(`${JSON.stringify({ single, load, beside }, null, 2)}\n`);
    writeResult(result, options.out);
  } finally {
    service.child.kill('SIGTERM');
    await once(service.child, 'exit');
  }
});

interface RunningService {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startService(cli: string): Promise<RunningService> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: /http:\S+/.exec(String(line))![0] };
}

async function ask(url: string, text: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}/api/extract`, { method: 'POST', headers, body: bodyOf(text) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  return performance.now() - started;
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}

/** One sentence at a time on an idle service. */
async function measureSingles(url: string, requests: number) {
  for (let i = 0; i < 50; i++) await ask(url, nextSentence());
  const times: number[] = [];
  for (let i = 0; i < requests; i++) times.push(await ask(url, nextSentence()));
  const single = { median_ms: rounded(median(times), 3), p99_ms: rounded(percentile(times, 0.99), 3) };
  say(`one sentence: median ${single.median_ms} ms, p99 ${single.p99_ms} ms`);
  return single;
}

/** Many clients at once. */
async function measureLoad({ child, url }: RunningService, clients: number, seconds: number) {
  const before = familyMegabytes(child.pid!);
  const stopWatching = watchMemory(child.pid!);
  const outcome = await autocannon({
    url,
    connections: clients,
    duration: seconds,
    timeout: 30,
    requests: [
      {
        method: 'POST',
        path: '/api/extract',
        headers,
        setupRequest: (request) => ({ ...request, body: bodyOf(nextSentence()) }),
      },
    ],
  });
  const samples = stopWatching();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const { latency, requests, errors, timeouts, non2xx } = outcome;
  const quarter = samples.slice(Math.floor(samples.length / 4), Math.ceil(samples.length / 2));
  const load = {
    requests: outcome['2xx'],
    failed: errors + timeouts + non2xx,
    requests_per_second: rounded(requests.average, 4),
    p50_ms: latency.p50,
    p90_ms: latency.p90,
    p99_ms: latency.p99,
    max_ms: latency.max,
    memory_mb: {
      before: Math.round(before),
      second_quarter: Math.round(median(quarter)),
      last_quarter: Math.round(median(samples.slice(-quarter.length))),
      peak: Math.round(Math.max(...samples)),
      after: Math.round(familyMegabytes(child.pid!)),
    },
  };
  say(
    `${clients} clients: ${load.requests} answers, ${load.failed} failed, p50 ${load.p50_ms} ms, p99 ${load.p99_ms} ms`,
  );
  return load;
}

/** One sentence at a time while long documents are worked on. */
async function measureBeside(url: string, requests: number) {
  const text = (): string => Array.from({ length: 20_000 }, nextSentence).join('\n\n');
  const jobs: string[] = [];
  for (let i = 0; i < 2; i++) {
    const accepted = await fetch(`${url}/api/jobs`, { method: 'POST', headers, body: bodyOf(text()) });
    jobs.push(((await accepted.json()) as { status_url: string }).status_url);
  }
  const states = (): Promise<string[]> =>
    Promise.all(
      jobs.map(async (job) => ((await (await fetch(url + job)).json()) as { state: string }).state),
    );
  while ((await states()).some((state) => state !== 'tagging'))
    await new Promise((resolve) => setTimeout(resolve, 100));
  const times: number[] = [];
  for (let i = 0; i < requests; i++) times.push(await ask(url, nextSentence()));
  const stillWorking = (await states()).every((state) => state === 'tagging');
  for (const job of jobs) await fetch(url + job, { method: 'DELETE' });
  const beside = {
    median_ms: rounded(median(times), 3),
    p99_ms: rounded(percentile(times, 0.99), 3),
    stillWorking,
  };
  say(`one sentence beside two long documents: median ${beside.median_ms} ms, p99 ${beside.p99_ms} ms`);
  return beside;
}
