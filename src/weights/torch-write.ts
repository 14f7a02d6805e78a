/** Writes state dicts that `torch.load` of PyTorch 1.6 and newer reads, one tensor at a time. */
import { basename, extname } from 'node:path';
import { openAtomic } from '../base/files.ts';
import { type DType, elementCount, type TensorData } from '../onnx/dtype.ts';
import { toFloat16 } from './elements.ts';
import { byteChunks, readSource, type TensorSource } from './tensor-source.ts';
import { writeZip } from './zip-write.ts';

/** Settings of {@link writeTorchFile}. */
export interface TorchWriteOptions {
  /** Writes float32 tensors as float16, half the size. */
  readonly half?: boolean;
}

/** PyTorch's names of what holds the elements. */
const storageTypes: Readonly<Record<DType, string>> = {
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

/**
 * Writes an `OrderedDict` of tensors, atomically; each tensor has a storage of its own.
 * @throws UserError `E_WRITE`; Error for a source that yields something else than announced
 */
export function writeTorchFile(
  path: string,
  sources: Iterable<TensorSource>,
  options: TorchWriteOptions = {},
): void {
  const all = [...sources];
  const half = options.half ?? false;
  const folder = basename(path, extname(path)) || 'archive';
  const file = openAtomic(path);
  try {
    const zip = writeZip(file);
    zip.add(`${folder}/data.pkl`, [pickleStateDict(all, half)]);
    zip.add(`${folder}/byteorder`, [Buffer.from('little')]);
    for (const [key, source] of all.entries()) {
      const tensor = readSource(source, elementCount(source.shape));
      zip.add(`${folder}/data/${key}`, [...byteChunks(half ? halve(tensor) : tensor)]);
    }
    zip.add(`${folder}/version`, [Buffer.from('3\n')]);
    zip.end();
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

function halve(tensor: TensorData): TensorData {
  if (tensor.dtype !== 'float32') return tensor;
  return { dtype: 'float16', shape: tensor.shape, data: toFloat16(tensor.data as Float32Array) };
}

/** Opcodes of pickle protocol 2. */
const op = {
  protocol: Buffer.from([0x80, 2]),
  mark: Buffer.from('('),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  reduce: Buffer.from('R'),
  persistent: Buffer.from('Q'),
  isFalse: Buffer.from([0x89]),
  setItems: Buffer.from('u'),
  stop: Buffer.from('.'),
};

const global = (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`);

/** Nine bytes hold any exact integer. */
function integer(value: number): Buffer {
  const bytes = Buffer.from([0x4a, 0, 0, 0, 0]);
  if (value < 2 ** 31) {
    bytes.writeInt32LE(value, 1);
    return bytes;
  }
  const long = Buffer.from([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  long.writeBigInt64LE(BigInt(value), 2);
  return long;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.from([0x58, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const tuple = (...parts: readonly Buffer[]): Buffer => Buffer.concat([op.mark, ...parts, op.tuple]);

const emptyDict = Buffer.concat([global('collections', 'OrderedDict'), op.emptyTuple, op.reduce]);

/** `OrderedDict(name=_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()), …)`. */
function pickleStateDict(sources: readonly TensorSource[], half: boolean): Buffer {
  const parts: Buffer[] = [op.protocol, emptyDict, op.mark];
  for (const [key, { name, dtype, shape }] of sources.entries()) {
    const stored = half && dtype === 'float32' ? 'float16' : dtype;
    const storage = tuple(
      text('storage'),
      global('torch', storageTypes[stored]),
      text(String(key)),
      text('cpu'),
      integer(elementCount(shape)),
    );
    const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
    const args = tuple(
      Buffer.concat([storage, op.persistent]),
      integer(0),
      tuple(...shape.map(integer)),
      tuple(...strides.map(integer)),
      op.isFalse,
      emptyDict,
    );
    parts.push(text(name), global('torch._utils', '_rebuild_tensor_v2'), args, op.reduce);
  }
  return Buffer.concat([...parts, op.setItems, op.stop]);
}
