/** Fetches an encoder from the Hugging Face hub into the cache that its other programs use, and only what is needed. */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { makeFolder, openAtomic, writeFileAtomic } from '../base/files.ts';
import { encoderFiles } from './encoder-folder.ts';

/** How far a download is. */
export interface DownloadProgress {
  /** The file being fetched. */
  readonly file: string;
  /** Bytes of all files so far. */
  readonly done: number;
  /** Bytes of all files together. */
  readonly total: number;
}

export interface DownloadOptions {
  /** The cache's folder, in which `models--…` lie. */
  readonly cache: string;
  /** `HF_ENDPOINT` replaces the hub's address, `HF_TOKEN` opens private and gated models. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether to fetch the weights too. */
  readonly weights: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A file on the hub. */
interface RemoteFile {
  readonly path: string;
  readonly size: number;
  /** What the cache calls its content: SHA-256 for large files, Git's object name for others. */
  readonly etag: string;
  /** SHA-256, where the hub tells it. */
  readonly sha256: string | undefined;
}

/** Forms of weights, the preferred first. One is fetched. */
const weightForms = [
  /^model\.safetensors$/,
  /^model\.safetensors\.index\.json$|^model-\d+-of-\d+\.safetensors$/,
  /^pytorch_model\.bin$/,
  /^pytorch_model\.bin\.index\.json$|^pytorch_model-\d+-of-\d+\.bin$/,
];

const failed = (name: string, message: string, hint?: string, cause?: unknown): UserError =>
  new UserError({
    code: 'E_DOWNLOAD',
    where: `"${name}"`,
    message,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });

/** Description, tokenizer, and where asked for one form of the weights. @throws UserError `E_DOWNLOAD` when there is none */
function chooseFiles(name: string, files: readonly RemoteFile[], withWeights: boolean): RemoteFile[] {
  const small: readonly string[] = Object.values(encoderFiles);
  const form = weightForms.find((pattern) => files.some(({ path }) => pattern.test(path)));
  const has = (path: string): boolean => files.some((file) => file.path === path);
  const unweighted = withWeights && form === undefined;
  if (unweighted || !has(encoderFiles.config)) {
    const lacking = unweighted ? 'weights of PyTorch or safetensors' : encoderFiles.config;
    throw failed(name, `cannot be used: the hub has no ${lacking} of it`, 'choose another encoder');
  }
  return files.filter(({ path }) => small.includes(path) || (withWeights && form?.test(path)));
}

/**
 * Fetches the main branch of a model.
 * @returns the snapshot's folder
 * @throws UserError `E_DOWNLOAD` when the hub cannot be reached or refuses, or a file arrives damaged; `E_WRITE`
 */
export async function downloadEncoder(name: string, options: DownloadOptions): Promise<string> {
  const { cache, env, onProgress } = options;
  const endpoint = env.HF_ENDPOINT?.replace(/\/+$/, '');
  const access = {
    ...(endpoint === undefined || endpoint === '' ? {} : { hubUrl: endpoint }),
    ...(env.HF_TOKEN === undefined || env.HF_TOKEN === '' ? {} : { accessToken: env.HF_TOKEN }),
  };
  const repo = { type: 'model' as const, name };
  try {
    // Loaded here because nothing else than a download needs it.
    const { modelInfo, listFiles, downloadFile } = await import('@huggingface/hub');
    const { sha } = await modelInfo({ ...access, name, revision: 'main', additionalFields: ['sha'] });
    const found: RemoteFile[] = [];
    for await (const { type, path, size, oid, lfs } of listFiles({ ...access, repo, revision: sha })) {
      if (type === 'file')
        found.push({ path, size: lfs?.size ?? size, etag: lfs?.oid ?? oid ?? '', sha256: lfs?.oid });
    }
    const files = chooseFiles(name, found, options.weights);
    // They become parts of paths.
    const odd = [sha, ...files.map((file) => file.etag)].find((hash) => !/^[0-9a-f]{8,64}$/.test(hash));
    if (odd !== undefined)
      throw failed(name, `cannot be downloaded: the hub answered with the hash "${odd}"`);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const store = join(cache, `models--${name.replace('/', '--')}`);
    let done = 0;
    for (const file of files) {
      const before = done;
      const report = (bytes: number): void => onProgress?.({ file: file.path, done: before + bytes, total });
      report(0);
      await fetchInto(store, sha, file, name, report, () =>
        downloadFile({ ...access, repo, path: file.path, revision: sha }),
      );
      done += file.size;
      report(file.size);
    }
    // Last, so that what was broken off counts as absent.
    writeFileAtomic(join(store, 'refs', 'main'), sha);
    return join(store, 'snapshots', sha);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    const hint =
      'check the name and the connection; HF_TOKEN opens private and gated models, HF_ENDPOINT names another hub';
    throw failed(name, `cannot be downloaded (${errorMessage(error)}${cause})`, hint, error);
  }
}

/** Puts one file into the cache: its content under `blobs`, a link to it in the snapshot. */
async function fetchInto(
  store: string,
  revision: string,
  file: RemoteFile,
  name: string,
  report: (bytes: number) => void,
  open: () => Promise<Blob | null>,
): Promise<void> {
  const pointer = join(store, 'snapshots', revision, file.path);
  if (existsSync(pointer)) return;
  const blob = join(store, 'blobs', file.etag);
  if (!existsSync(blob)) {
    const content = await open();
    if (content === null)
      throw failed(name, `cannot be downloaded: the hub lists ${file.path} but does not have it`);
    await writeChecked(blob, content, file, name, report);
  }
  makeFolder(dirname(pointer));
  // A link whose target is gone.
  rmSync(pointer, { force: true });
  try {
    symlinkSync(relative(dirname(pointer), blob), pointer);
  } catch {
    // Windows without the right to make links.
    renameSync(blob, pointer);
  }
}

/** @throws UserError `E_DOWNLOAD` when fewer or other bytes arrive than the hub announced */
async function writeChecked(
  target: string,
  content: Blob,
  { path, size, sha256 }: RemoteFile,
  name: string,
  report: (bytes: number) => void,
): Promise<void> {
  const output = openAtomic(target);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of content.stream()) {
      output.write(chunk);
      hash.update(chunk);
      bytes += chunk.length;
      report(bytes);
    }
    const hint = 'the connection was broken off, or something in between changed the file: try again';
    if (bytes !== size) throw failed(name, `${path}: got ${bytes} bytes, expected ${size}`, hint);
    if (sha256 !== undefined && hash.digest('hex') !== sha256) {
      throw failed(name, `${path} arrived damaged: its SHA-256 is not the one that the hub tells`, hint);
    }
    output.commit();
  } finally {
    output.abort();
  }
}
