/** What the pickle of a PyTorch state dict says: tensors as views of storages that lie elsewhere in the file. */
import { UserError } from '../base/errors.ts';
import { elementCount } from '../onnx/dtype.ts';
import { damaged } from './bytes.ts';
import { type PickleFunction, PickleName, type PickleRules } from './pickle-machine.ts';
import type { StoredDType, TensorEntry } from './tensor-store.ts';

/** A run of elements in the file, or a part of one. */
export interface TorchStorage {
  readonly key: string;
  readonly dtype: StoredDType;
  /** Elements of the whole run. */
  readonly total: number;
  /** The part that tensors may refer to: its first element, and how many. */
  readonly first: number;
  readonly count: number;
}

/** A tensor: element (i, j, …) is element `offset + i·strides[0] + j·strides[1] + …` of the storage's part. */
export interface TorchTensor extends TensorEntry {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A tensor as the pickle gives it, before anything about it is checked. */
class RawTensor {
  readonly parts: readonly unknown[];

  constructor(parts: readonly unknown[]) {
    this.parts = parts;
  }
}

const storageTypes: Readonly<Record<string, StoredDType | null>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
  LongStorage: 'int64',
  IntStorage: 'int32',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ShortStorage: null,
  ComplexFloatStorage: null,
  ComplexDoubleStorage: null,
  QInt8Storage: null,
  QUInt8Storage: null,
  QInt32Storage: null,
};

/** The dict of Python, with its pairs in place when it was written by Python 2. */
const orderedDict: PickleFunction = ([pairs = [], ...rest]) => {
  if (rest.length > 0 || !Array.isArray(pairs)) return undefined;
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) return undefined;
  return new Map(pairs as [unknown, unknown][]);
};

const rebuildTensor: PickleFunction = (args) =>
  args.length >= 4 ? new RawTensor(args.slice(0, 4)) : undefined;

const names: ReadonlyMap<string, PickleFunction | null> = new Map<string, PickleFunction | null>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([tensor]) => (tensor instanceof RawTensor ? tensor : undefined)],
  ['torch.Size', ([sizes]) => (Array.isArray(sizes) ? sizes : undefined)],
  ...Object.keys(storageTypes).map((name): [string, null] => [`torch.${name}`, null]),
]);

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The rules for a state dict's pickle, which collect the storages it names by key. */
export function torchRules(where: string): { rules: PickleRules; storages: Map<string, TorchStorage> } {
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: unknown): TorchStorage => {
    const [tag, type, key, , total, view] = Array.isArray(id) ? id : [];
    if (tag !== 'storage' || !(type instanceof PickleName) || typeof key !== 'string' || !isSize(total)) {
      throw damaged(where, 'names a storage without type, key and size');
    }
    const dtype = storageTypes[type.name.replace('torch.', '')];
    if (dtype === undefined || dtype === null) {
      const known = Object.keys(storageTypes).filter((name) => storageTypes[name] !== null);
      const message = `storage "${key}" is a ${type.name}, expected one of ${known.join(', ')}`;
      const hint = 'convert the tensors that are in it before saving';
      throw new UserError({ code: 'E_WEIGHTS', where, message, hint });
    }
    const before = storages.get(key);
    if (before !== undefined && (before.dtype !== dtype || before.total !== total)) {
      throw damaged(where, `storage "${key}" is described twice, and differently`);
    }
    const whole = before ?? { key, dtype, total, first: 0, count: total };
    storages.set(key, whole);
    return Array.isArray(view) ? partOf(whole, view, where) : whole;
  };
  return { rules: { names, persistent }, storages };
}

/** Files before PyTorch 0.4 refer to parts of storages. */
function partOf(whole: TorchStorage, view: readonly unknown[], where: string): TorchStorage {
  const [, first, count] = view;
  if (!isSize(first) || !isSize(count) || first + count > whole.total) {
    throw damaged(
      where,
      `storage "${whole.key}" of ${whole.total} elements has a part [${first}, +${count}]`,
    );
  }
  return { ...whole, first, count };
}

/** Keys under which training programs put the state dict beside other things. */
const WRAPPERS = ['state_dict', 'model_state_dict'];

/**
 * The tensors of a state dict, or of one that lies in a checkpoint under `state_dict` or `model_state_dict`.
 * @throws UserError `E_WEIGHTS` naming the first entry that is no tensor or does not fit its storage
 */
export function stateDictOf(value: unknown, where: string): Map<string, TorchTensor> {
  if (!(value instanceof Map))
    throw notStateDict(`holds ${kindOf(value)}, expected a dict of tensors`, where);
  const wrapped = WRAPPERS.map((key) => value.get(key)).find((inner) => inner instanceof Map);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of wrapped ?? value) {
    if (typeof name !== 'string') throw notStateDict(`has ${kindOf(name)} as a key, expected names`, where);
    if (!(tensor instanceof RawTensor)) {
      throw notStateDict(`"${name}" is ${kindOf(tensor)}, expected a tensor`, where);
    }
    tensors.set(name, checkTensor(name, tensor.parts, where));
  }
  return tensors;
}

function notStateDict(message: string, where: string): UserError {
  const hint = `save a state dict: torch.save(model.state_dict(), path), or a dict with it under "${WRAPPERS[0]}"`;
  return new UserError({ code: 'E_WEIGHTS', where, message, hint });
}

function kindOf(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Map) return `a dict (${[...value.keys()].slice(0, 5).map(keyText).join(', ')})`;
  if (value instanceof RawTensor) return 'a tensor';
  if (value instanceof PickleName) return value.name;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** A key may be a list of lists of …, or the dict that it stands in: only names are shown. */
function keyText(key: unknown): string {
  return typeof key === 'string' ? key : '…';
}

/** A tensor may repeat elements (strides of zero), which makes it larger than the file: up to this many elements. */
const MAX_REPEATED = 1 << 24;
const MAX_RANK = 32;

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MAX_RANK && value.every(isSize);
}

function checkTensor(name: string, parts: readonly unknown[], where: string): TorchTensor {
  const [storage, offset, shape, strides] = parts;
  const fail = (message: string): UserError => damaged(where, `tensor "${name}" ${message}`);
  if (typeof storage !== 'object' || storage === null || !('total' in storage)) throw fail('has no storage');
  const { dtype, count } = storage as TorchStorage;
  if (!isSize(offset) || !isShape(shape) || !isShape(strides) || shape.length !== strides.length) {
    throw fail('has no valid offset, shape and strides');
  }
  const elements = elementCount(shape);
  if (!Number.isSafeInteger(elements) || (elements > count && elements > MAX_REPEATED)) {
    throw fail(`[${shape}] has ${elements} elements in a storage of ${count}`);
  }
  const end = elements === 0 ? offset : offset + extent(shape, strides);
  if (end > count) throw fail(`[${shape}] reaches element ${end} of a storage of ${count}`);
  return { dtype, shape: [...shape], storage: storage as TorchStorage, offset, strides: [...strides] };
}

/** How many elements lie between the first and the last of a tensor that is not empty, both counted. */
export function extent(shape: readonly number[], strides: readonly number[]): number {
  return shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 1);
}
