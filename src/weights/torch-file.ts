/** Opens PyTorch state dicts without Python: the pickle is read, tensors when asked for, and nothing is executed. */
import { elementCount } from '../onnx/dtype.ts';
import { openBinary } from './binary-file.ts';
import { type BinaryFile, damaged } from './bytes.ts';
import { decodeElements, storedBytes } from './elements.ts';
import { readPickle } from './pickle.ts';
import type { TensorStore } from './tensor-store.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { extent, stateDictOf, type TorchTensor, torchRules } from './torch-tensors.ts';
import { gatherElements, isContiguous } from './torch-view.ts';
import { openTorchZip, type TorchRecords } from './torch-zip.ts';

type Storages = Omit<TorchRecords, 'pickle'>;

/**
 * Opens a file that `torch.save` wrote, of any version since 0.2: a state dict, or a dict with one under `state_dict`
 * or `model_state_dict`. Only the description of the tensors is held in memory.
 * @throws UserError `E_PICKLE` when the file names anything that a plain state dict does not need, `E_WEIGHTS` when it
 *   is missing, damaged, or holds something else
 */
export async function openTorchFile(path: string): Promise<TensorStore> {
  const file = openBinary(path);
  try {
    const { value, storages } = await openObject(file);
    const tensors = stateDictOf(value, path);
    for (const [name, tensor] of tensors) checkStorage(name, tensor, storages, path);
    return {
      where: path,
      entries: tensors,
      metadata: {},
      read(name) {
        const tensor = tensors.get(name);
        if (tensor === undefined) throw new Error(`${path} has no tensor "${name}"`);
        return { ...decodeElements(tensor.dtype, readElements(tensor, storages)), shape: tensor.shape };
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function openObject(file: BinaryFile): Promise<{ value: unknown; storages: Storages }> {
  const isZip = file.size >= 2 && Buffer.from(file.read(0, 2)).toString('latin1') === 'PK';
  if (!isZip) {
    const { value, records } = openTorchLegacy(file);
    return { value, storages: records };
  }
  const records = await openTorchZip(file);
  const { value } = readPickle(records.pickle, 0, file.path, torchRules(file.path).rules);
  return { value, storages: records };
}

function checkStorage(name: string, { storage }: TorchTensor, storages: Storages, path: string): void {
  const size = storages.size(storage.key);
  const expected = storage.total * storedBytes(storage.dtype);
  if (size === expected) return;
  const got = size === undefined ? 'which is not in the file' : `got ${size}`;
  throw damaged(path, `tensor "${name}" needs storage "${storage.key}" of ${expected} bytes, ${got}`);
}

/** A tensor's elements in row-major order. */
function readElements({ storage, offset, shape, strides }: TorchTensor, storages: Storages): ArrayBuffer {
  const width = storedBytes(storage.dtype);
  if (elementCount(shape) === 0) return new ArrayBuffer(0);
  const span = extent(shape, strides);
  const { buffer } = storages.read(storage.key, (storage.first + offset) * width, span * width);
  return isContiguous(shape, strides) ? buffer : gatherElements(buffer, width, shape, strides);
}
