/** Opens weights of any kind that is known, told apart by what is in the file and not by its name. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { openBinary } from './binary-file.ts';
import { openSafetensors } from './safetensors.ts';
import { openShardedSafetensors, openShardedTorch } from './shards.ts';
import type { TensorStore } from './tensor-store.ts';
import { openTorchFile } from './torch-file.ts';

/** What is looked for in a model's folder, in this order. */
const candidates = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

type Open = (path: string) => TensorStore | Promise<TensorStore>;

/** How a file begins (a character per byte), and what opens it then. */
const kinds: readonly (readonly [begins: (head: string) => boolean, open: Open])[] = [
  [(head) => head.startsWith('PK\x03\x04'), openTorchFile],
  // A pickle says its protocol first.
  [(head) => head[0] === '\x80' && head.charCodeAt(1) <= 5, openTorchFile],
  // The length of the header, which is far under 2³², and the header's first brace.
  [(head) => head.slice(4, 9) === '\0\0\0\0{', openSafetensors],
  [(head) => /^\s*\{[\s\S]*"weight_map"/.test(head), openSharded],
];

/** Files that are met in place of weights, and what to do about them. */
const strangers: readonly (readonly [begins: RegExp, what: string, hint: string])[] = [
  [
    /^version https:\/\/git-lfs/,
    'is a pointer of Git LFS, not the weights themselves',
    'fetch the file it stands for: git lfs pull, or download it by itself',
  ],
  [/^\x89HDF/, 'is an HDF5 file of TensorFlow', 'convert it to safetensors or PyTorch first'],
  [/^GGUF/, 'is a GGUF file', 'use the safetensors or PyTorch file of the same model'],
  [/^\s*<(?:!doctype|html)/i, 'is a web page', 'the download failed: download the file itself'],
];

/** Enough to see the first key of an index. */
const LOOK = 4096;

/**
 * Opens the weights in a file or a model's folder: safetensors or a PyTorch state dict, whole or in several files.
 * @throws UserError `E_WEIGHTS` when there are none, or they are damaged or of another kind; `E_PICKLE` for a PyTorch
 *   file that is not a plain state dict
 */
export async function openWeights(path: string): Promise<TensorStore> {
  const file = existsSync(path) && statSync(path).isDirectory() ? findWeights(path) : path;
  const head = readHead(file);
  const open = kinds.find(([begins]) => begins(head))?.[1];
  if (open !== undefined) return open(file);
  const [, message, hint] = strangers.find(([begins]) => begins.test(head)) ?? [
    undefined,
    'holds no weights of a known kind',
    'expected safetensors, or a state dict that torch.save wrote',
  ];
  throw new UserError({ code: 'E_WEIGHTS', where: file, message, hint });
}

/** Both kinds of shards have an index of the same form; only its name tells them apart. */
function openSharded(path: string): TensorStore | Promise<TensorStore> {
  return path.endsWith('.bin.index.json') ? openShardedTorch(path) : openShardedSafetensors(path);
}

function findWeights(folder: string): string {
  const found = candidates.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = `has no weights: none of ${candidates.join(', ')}`;
  throw new UserError({
    code: 'E_WEIGHTS',
    where: folder,
    message,
    hint: 'give the folder of a model, or a weights file',
  });
}

function readHead(path: string): string {
  const file = openBinary(path);
  try {
    return Buffer.from(file.read(0, Math.min(file.size, LOOK))).toString('latin1');
  } finally {
    file.close();
  }
}
