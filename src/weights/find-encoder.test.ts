/** Where encoders are looked for, and their download from a small hub on this machine. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findEncoder } from './find-encoder.ts';

const root = mkdtempSync(join(tmpdir(), 'w2ner-find-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => join(root, String(count++));

function put(folder: string, files: readonly string[]): string {
  for (const name of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '{}');
  }
  return folder;
}

const complete = ['config.json', 'tokenizer.json', 'model.safetensors'];

/** A cache with one model, as Hugging Face lays it out. @returns the snapshot's folder */
function cached(cache: string, model: string, files: readonly string[] = complete): string {
  const snapshot = put(join(cache, `models--${model}`, 'snapshots', 'abc'), files);
  mkdirSync(join(cache, `models--${model}`, 'refs'));
  writeFileSync(join(cache, `models--${model}`, 'refs', 'main'), 'abc\n');
  return snapshot;
}

describe('without a connection', () => {
  test('a folder, as it is or near the configuration, goes first', async () => {
    const near = fresh();
    const folder = put(join(near, 'org', 'encoder'), ['config.json']);
    cached(join(near, 'cache'), 'org--encoder');
    const env = { HF_HUB_CACHE: join(near, 'cache') };
    expect(await findEncoder(folder, { env })).toBe(folder);
    expect(await findEncoder('org/encoder', { env, near })).toBe(folder);
    expect(await findEncoder('../near', { env, near: put(join(near, 'near'), ['a']) })).toBe(
      join(near, 'near'),
    );
  });

  test.each<[string, (home: string) => Record<string, string>, string]>([
    ['HF_HUB_CACHE', (home) => ({ HF_HUB_CACHE: join(home, 'c') }), 'c'],
    ['HUGGINGFACE_HUB_CACHE', (home) => ({ HUGGINGFACE_HUB_CACHE: join(home, 'c') }), 'c'],
    ['HF_HOME', (home) => ({ HF_HOME: join(home, 'c') }), 'c/hub'],
    ['XDG_CACHE_HOME', (home) => ({ XDG_CACHE_HOME: join(home, 'c') }), 'c/huggingface/hub'],
    ['HOME', (home) => ({ HOME: home }), '.cache/huggingface/hub'],
  ])('cache of %s', async (_, env, place) => {
    const home = fresh();
    const snapshot = cached(join(home, place), 'org--encoder');
    expect(await findEncoder('org/encoder', { env: env(home) })).toBe(snapshot);
  });

  test.each([
    ['bert-base', 'bert-base'],
    ['bert-base', 'google-bert--bert-base'],
    ['xlm-roberta-base', 'FacebookAI--xlm-roberta-base'],
  ])('"%s" may lie under %s', async (name, model) => {
    const cache = fresh();
    const snapshot = cached(cache, model);
    expect(await findEncoder(name, { env: { HF_HUB_CACHE: cache } })).toBe(snapshot);
  });

  test('weights may be in shards, but all of them', async () => {
    const cache = fresh();
    const snapshot = cached(cache, 'org--big', ['config.json', 'vocab.txt', 'model-1.safetensors']);
    const index = { weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } };
    writeFileSync(join(snapshot, 'model.safetensors.index.json'), JSON.stringify(index));
    const env = { HF_HUB_CACHE: cache, HOME: cache };
    await expect(findEncoder('org/big', { env })).rejects.toThrow(/lacks model-2\.safetensors\)/);
    expect(await findEncoder('org/big', { env, weights: false })).toBe(snapshot);
    put(snapshot, ['model-2.safetensors']);
    expect(await findEncoder('org/big', { env })).toBe(snapshot);
  });

  test('what is missing is said, with the places and the files', async () => {
    const cache = fresh();
    cached(cache, 'org--half', ['config.json']);
    const env = { HF_HUB_CACHE: cache, HOME: join(cache, 'home') };
    const error = await findEncoder('org/half', { env, near: cache }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'E_ENCODER_MISSING', where: '"org/half"' });
    for (const place of [
      join(cache, 'org/half'),
      `models--org--half in ${cache}`,
      'which lacks tokenizer.json, model.safetensors',
      join(cache, 'home/.cache/huggingface/hub'),
    ]) {
      expect(error.message).toContain(place);
    }
    expect(error.hint).toMatch(/config\.json, tokenizer\.json .* model\.safetensors .* --download/);
    const offline = { env: { ...env, HF_HUB_OFFLINE: '1' }, download: true };
    await expect(findEncoder('org/half', offline)).rejects.toMatchObject({
      code: 'E_ENCODER_MISSING',
      hint: expect.stringContaining('HF_HUB_OFFLINE forbids'),
    });
  });

  test.each([
    '',
    'a/b/c',
    '../a',
    'a/..b',
    './a',
    '/no/such/folder',
    'a--b',
    'a b',
    'org/',
    '-a',
    'a\\b',
    'http://a/b',
  ])('no name of the hub: "%s"', async (name) => {
    const options = { env: { HOME: root, HF_ENDPOINT: 'http://127.0.0.1:9' }, download: true };
    await expect(findEncoder(name, options)).rejects.toMatchObject({
      code: 'E_ENCODER_MISSING',
      hint: expect.stringContaining('organisation/name'),
    });
  });
});

/** Requests that one test may make at most. */
const MAX_REQUESTS = 40;
const sha = '0123456789abcdef0123456789abcdef01234567';

interface FakeHub {
  readonly url: string;
  readonly requests: string[];
  readonly tokens: Set<string | undefined>;
  close(): void;
}

/** A hub with one model, `org/encoder`. @param damage changes what is sent of a file */
async function startHub(
  files: Readonly<Record<string, string>>,
  damage = (_: string, data: Buffer): Buffer => data,
): Promise<FakeHub> {
  const requests: string[] = [];
  const tokens = new Set<string | undefined>();
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const entries = Object.entries(files).map(([path, text]) => {
    const size = Buffer.byteLength(text);
    const oid = hash(path + text).slice(0, 40);
    return /\.(?:bin|safetensors)$/.test(path)
      ? { type: 'file', path, size, oid, lfs: { oid: hash(text), size, pointerSize: 100 } }
      : { type: 'file', path, size, oid };
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://hub');
    requests.push(pathname);
    tokens.add(request.headers.authorization);
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const path = pathname.split(`/org/encoder/resolve/${sha}/`)[1];
    if (requests.length > MAX_REQUESTS) json(429, { error: 'too many requests' });
    else if (pathname === '/api/models/org/encoder/revision/main') json(200, { id: 'org/encoder', sha });
    else if (pathname === `/api/models/org/encoder/tree/${sha}`) {
      json(200, [{ type: 'directory', path: 'onnx', size: 0 }, ...entries]);
    } else if (path !== undefined && files[path] !== undefined) {
      const data = Buffer.from(files[path]);
      const headers = { etag: '"x"', 'content-range': `bytes 0-0/${data.length}` };
      if (request.headers.range !== undefined) response.writeHead(206, headers).end(data.subarray(0, 1));
      else response.writeHead(200).end(damage(path, data));
    } else json(404, { error: 'Repository not found' });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, requests, tokens, close };
}

const hubFiles = {
  'config.json': '{"a": 1}',
  'vocab.txt': 'доз\n##ы\n',
  'tokenizer_config.json': '{}',
  'README.md': '# Encoder',
  'tf_model.h5': 'not needed',
  'pytorch_model.bin': 'bin'.repeat(100),
};

describe('with a hub', () => {
  test('only the files needed come, once, with progress, and lie as Hugging Face lays them', async () => {
    const files = {
      ...hubFiles,
      'model.safetensors': 'tensors'.repeat(1000),
      'x/model.safetensors': 'other',
    };
    const hub = await startHub(files);
    const cache = fresh();
    const env = { HF_HUB_CACHE: cache, HF_ENDPOINT: `${hub.url}/`, HF_TOKEN: 'hf_secret' };
    const seen: { file: string; done: number; total: number }[] = [];
    const options = { env, download: true, onProgress: (progress: (typeof seen)[0]) => seen.push(progress) };
    const folder = await findEncoder('org/encoder', options);
    const expected = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'vocab.txt'] as const;
    expect(folder).toBe(join(cache, 'models--org--encoder', 'snapshots', sha));
    expect(readdirSync(folder).sort()).toEqual(expected);
    for (const name of expected) expect(readFileSync(join(folder, name), 'utf8')).toBe(files[name]);
    const total = expected.reduce((sum, name) => sum + Buffer.byteLength(files[name]), 0);
    expect(seen.at(-1)).toEqual({ file: 'model.safetensors', done: total, total });
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
    expect([...hub.tokens]).toEqual(['Bearer hf_secret']);
    const before = hub.requests.length;
    expect(await findEncoder('org/encoder', options)).toBe(folder);
    expect(hub.requests.length).toBe(before);
    hub.close();
  });

  test('shards, and PyTorch files where there is nothing else', async () => {
    const shards = [
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ];
    const hub = await startHub({ ...hubFiles, ...Object.fromEntries(shards.map((name) => [name, '{}'])) });
    const bare = await startHub(hubFiles);
    const fetched = async ({ url, close }: FakeHub): Promise<string[]> => {
      const env = { HF_HUB_CACHE: fresh(), HF_ENDPOINT: url };
      const folder = await findEncoder('org/encoder', { env, download: true });
      close();
      return readdirSync(folder).filter((name) => /model/.test(name));
    };
    expect(await fetched(hub)).toEqual([...shards].sort());
    expect(await fetched(bare)).toEqual(['pytorch_model.bin']);
  });

  test.each<[string, Record<string, string>, (path: string, data: Buffer) => Buffer, RegExp]>([
    ['no weights', { 'config.json': '{}' }, (_, data) => data, /no weights of PyTorch or safetensors/],
    ['no description', { 'model.safetensors': 'a' }, (_, data) => data, /no config\.json/],
    ['short file', hubFiles, (_, data) => data.subarray(1), /config\.json: got 7 bytes, expected 8/],
    [
      'damaged weights',
      hubFiles,
      (path, data) => (path.endsWith('.bin') ? Buffer.alloc(data.length) : data),
      /pytorch_model\.bin arrived damaged/,
    ],
  ])('error: %s', async (_, files, damage, message) => {
    const hub = await startHub(files, damage);
    const cache = fresh();
    const env = { HF_HUB_CACHE: cache, HOME: cache, HF_ENDPOINT: hub.url };
    const find = findEncoder('org/encoder', { env, download: true });
    await expect(find).rejects.toMatchObject({ code: 'E_DOWNLOAD', message: expect.stringMatching(message) });
    expect(existsSync(join(cache, 'models--org--encoder', 'refs'))).toBe(false);
    hub.close();
  });

  test('a model that the hub does not have, a hub that is not there, a bad token', async () => {
    const hub = await startHub(hubFiles);
    const find = (name: string, env: Record<string, string>): Promise<string> =>
      findEncoder(name, { env: { HOME: fresh(), ...env }, download: true });
    const error = (text: RegExp): object => ({ code: 'E_DOWNLOAD', message: expect.stringMatching(text) });
    await expect(find('org/other', { HF_ENDPOINT: hub.url })).rejects.toMatchObject(
      error(/Repository not found/),
    );
    await expect(find('org/encoder', { HF_ENDPOINT: hub.url, HF_TOKEN: 'x' })).rejects.toMatchObject(
      error(/token/),
    );
    hub.close();
    await expect(find('org/encoder', { HF_ENDPOINT: hub.url })).rejects.toMatchObject(error(/ECONNREFUSED/));
  });
});
