/** PyTorch files of before 1.6: five pickles in a row, then the storages one after the other. */
import { type BinaryFile, damaged } from './bytes.ts';
import { storedBytes } from './elements.ts';
import { readPickle } from './pickle.ts';
import { PickleCut } from './pickle-input.ts';
import { type TorchStorage, torchRules } from './torch-tensors.ts';
import { MAX_PICKLE, type TorchRecords } from './torch-zip.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** How much of the file is looked at for the pickles, at first. */
const FIRST_LOOK = 1 << 20;

/** The pickles' contents. */
interface LegacyHead {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, TorchStorage>;
  /** The keys of the storages in the order they lie in, from byte `end` of the file. */
  readonly keys: readonly string[];
  readonly end: number;
}

/** A file's object and its storages. @throws UserError `E_WEIGHTS` or `E_PICKLE` */
export function openTorchLegacy(file: BinaryFile): { value: unknown; records: Omit<TorchRecords, 'pickle'> } {
  const head = readHead(file);
  const places = placeStorages(file, head);
  return {
    value: head.value,
    records: {
      size: (key) => places.get(key)?.size,
      read: (key, start, length) => file.read(places.get(key)!.start + start, length),
    },
  };
}

/** Nothing says how long the pickles are: more of the file is read until they are whole. */
function readHead(file: BinaryFile): LegacyHead {
  const most = Math.min(file.size, MAX_PICKLE);
  for (let size = Math.min(most, FIRST_LOOK); ; size = Math.min(most, 4 * size)) {
    try {
      return parseHead(file.read(0, size), file.path);
    } catch (error) {
      if (!(error instanceof PickleCut) || size === most) throw error;
    }
  }
}

function parseHead(bytes: Uint8Array, path: string): LegacyHead {
  let end = 0;
  const plain = (): unknown => {
    const pickle = readPickle(bytes, end, path, { names: new Map() });
    end = pickle.end;
    return pickle.value;
  };
  if (plain() !== MAGIC) throw damaged(path, 'is a pickle, but not one that torch.save wrote');
  const protocol = plain();
  if (protocol !== PROTOCOL) {
    const got = typeof protocol === 'number' ? protocol : typeof protocol;
    throw damaged(path, `has protocol ${got}, expected ${PROTOCOL}`);
  }
  const system = plain();
  if (system instanceof Map && system.get('little_endian') === false) {
    throw damaged(path, 'was written on a big-endian machine, which is not supported');
  }
  const { rules, storages } = torchRules(path);
  const { value, end: keysStart } = readPickle(bytes, end, path, rules);
  end = keysStart;
  const keys = plain();
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw damaged(path, 'has no list of storages');
  }
  return { value, storages, keys, end };
}

/** Each storage is a 64-bit count and its elements; one that the file's end cuts gets the size that is there. */
function placeStorages(file: BinaryFile, head: LegacyHead): Map<string, { start: number; size: number }> {
  const places = new Map<string, { start: number; size: number }>();
  let at = head.end;
  for (const key of head.keys) {
    const storage = head.storages.get(key);
    if (storage === undefined) throw damaged(file.path, `has a storage "${key}" that no tensor uses`);
    if (at + 8 > file.size) break;
    const count = new DataView(file.read(at, 8).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.total)) {
      throw damaged(file.path, `storage "${key}" has ${count} elements, expected ${storage.total}`);
    }
    const size = storage.total * storedBytes(storage.dtype);
    places.set(key, { start: at + 8, size: Math.min(size, file.size - at - 8) });
    at += 8 + size;
  }
  return places;
}
