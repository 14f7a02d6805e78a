/** Finds an encoder by its name: a folder, the cache that Hugging Face's programs share, or a download into that cache. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { type DownloadProgress, downloadEncoder } from './download-encoder.ts';
import { encoderFiles } from './encoder-folder.ts';

/** Environment variables; those of the process where nothing else is given. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface FindEncoderOptions {
  /** Folder of the configuration file that names the encoder. */
  readonly near?: string;
  readonly env: Environment;
  /** Whether its weights are needed too; default true. Of a folder given as such that is for the caller to see. */
  readonly weights?: boolean;
  /** Whether to fetch what is not there. Nothing is fetched otherwise. */
  readonly download?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Organisations under which encoders lie that had no organisation in their name at first. */
const firstOrganisations = ['google-bert', 'FacebookAI', 'almanach'];

/** Weights in the order in which they are looked for; of those with an index, all shards must be there. */
const weightFiles = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** `name` or `organisation/name`, as the hub allows them. */
function isHubName(name: string): boolean {
  const part = '[A-Za-z0-9_](?:[\\w.-]{0,94}[A-Za-z0-9_])?';
  return new RegExp(`^${part}(?:/${part})?$`).test(name) && !/\.\.|--/.test(name);
}

/** The caches that the environment names, the one to write to first. */
function cacheFolders(env: Environment): string[] {
  const below = (folder: string | undefined, ...rest: string[]): string | undefined =>
    folder === undefined || folder === '' ? undefined : join(folder, ...rest);
  const folders = [
    below(env.HF_HUB_CACHE),
    below(env.HUGGINGFACE_HUB_CACHE),
    below(env.HF_HOME, 'hub'),
    below(env.XDG_CACHE_HOME, 'huggingface', 'hub'),
    join(env.HOME ?? env.USERPROFILE ?? homedir(), '.cache', 'huggingface', 'hub'),
  ];
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

/** What a folder lacks of an encoder that can be used. */
function lackingFiles(folder: string, withWeights: boolean): string[] {
  const has = (name: string): boolean => existsSync(join(folder, name));
  const { config, tokenizer, wordPieces, bytePieces, merges } = encoderFiles;
  const lacking: string[] = has(config) ? [] : [config];
  if (!has(tokenizer) && !has(wordPieces) && !(has(bytePieces) && has(merges))) lacking.push(tokenizer);
  if (!withWeights) return lacking;
  const weights = weightFiles.find(has);
  if (weights === undefined) lacking.push(weightFiles[0]!);
  else if (weights.endsWith('.index.json'))
    lacking.push(...shardsOf(join(folder, weights)).filter((name) => !has(name)));
  return lacking;
}

/** Files that an index of weights names; a broken index is reported when the weights are opened. */
function shardsOf(path: string): string[] {
  try {
    const index = JSON.parse(readFileSync(path, 'utf8')) as { weight_map: Record<string, string> };
    return [...new Set(Object.values(index.weight_map))];
  } catch {
    return [];
  }
}

/** The snapshot that a cache holds of the hub's main branch. */
function snapshotIn(cache: string, name: string): string | undefined {
  const folder = join(cache, `models--${name.replace('/', '--')}`);
  const reference = join(folder, 'refs', 'main');
  if (!existsSync(reference)) return undefined;
  const revision = readFileSync(reference, 'utf8').trim();
  const snapshot = join(folder, 'snapshots', revision);
  return /^[\w-]+$/.test(revision) && isFolder(snapshot) ? snapshot : undefined;
}

/** What has to be in a folder. */
function neededFiles(withWeights: boolean): string {
  const weights = withWeights ? `, ${weightFiles[0]} (or ${weightFiles[2]})` : '';
  return `${encoderFiles.config}, ${encoderFiles.tokenizer} (or ${encoderFiles.wordPieces})${weights}`;
}

function missing(name: string, looked: readonly string[], hint: string): UserError {
  const message = `no such encoder; looked for ${looked.join(', ')}`;
  return new UserError({ code: 'E_ENCODER_MISSING', where: `"${name}"`, message, hint });
}

/** Whether the environment forbids to fetch anything, as Hugging Face reads it. */
const isOffline = (env: Environment): boolean => /^(?:1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? '');

/**
 * @param nameOrPath a folder, relative to the working directory or to `near`, or else a name on the hub
 * @returns a local folder with description, tokenizer and weights; a folder given as such is returned as it is
 * @throws UserError `E_ENCODER_MISSING` saying where it was looked for, `E_DOWNLOAD` when fetching it fails
 */
export async function findEncoder(nameOrPath: string, options: FindEncoderOptions): Promise<string> {
  const { near, env, weights = true, download = false, onProgress } = options;
  const places = [resolve(nameOrPath), ...(near === undefined ? [] : [resolve(near, nameOrPath)])];
  const folder = nameOrPath === '' ? undefined : places.find(isFolder);
  if (folder !== undefined) return folder;
  const looked = [...new Set(places)].map((path) => `the folder ${path}`);
  if (!isHubName(nameOrPath)) {
    const hint = `give a folder with ${neededFiles(weights)}, or a name of the form organisation/name`;
    throw missing(nameOrPath, looked, hint);
  }
  const caches = cacheFolders(env);
  const names = nameOrPath.includes('/')
    ? [nameOrPath]
    : [nameOrPath, ...firstOrganisations.map((organisation) => `${organisation}/${nameOrPath}`)];
  for (const cache of caches) {
    looked.push(`models--${nameOrPath.replace('/', '--')} in ${cache}`);
    for (const snapshot of names.map((name) => snapshotIn(cache, name))) {
      if (snapshot === undefined) continue;
      const lacking = lackingFiles(snapshot, weights);
      if (lacking.length === 0) return snapshot;
      looked.push(`${snapshot} (which lacks ${lacking.join(', ')})`);
    }
  }
  const put = `put ${neededFiles(weights)} into ${places[0]}`;
  if (isOffline(env)) throw missing(nameOrPath, looked, `${put}; HF_HUB_OFFLINE forbids to download it`);
  if (!download) throw missing(nameOrPath, looked, `${put}, or let --download fetch them`);
  return downloadEncoder(nameOrPath, {
    cache: caches[0]!,
    env,
    weights,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}
