/**
 * Reads the part of Python's pickle format that state dicts are written in, without executing anything
 * (the operations are those of CPython's `pickletools`).
 */
import { PickleInput } from './pickle-input.ts';
import { PickleMachine, type PickleRules } from './pickle-machine.ts';

/** A value, and where the bytes behind its pickle begin. */
export interface Unpickled {
  readonly value: unknown;
  readonly end: number;
}

type Operation = readonly [name: string, run: ((machine: PickleMachine) => void) | null];

/** A value that stands in the pickle itself. */
const value =
  (read: (input: PickleInput, machine: PickleMachine) => unknown) =>
  (machine: PickleMachine): void =>
    machine.push(read(machine.input, machine));

/** A tuple of the last few values. */
const tuple = (size: number) => (machine: PickleMachine) => {
  const items = Array.from({ length: size }, () => machine.pop());
  machine.pushItems(items.reverse());
};

/** Pushes what was pushed since the last mark as one list or tuple. */
const gather = (machine: PickleMachine): void => machine.pushItems(machine.popMark());

const dictOf = (machine: PickleMachine, items: readonly unknown[]): void => {
  machine.push(new Map());
  machine.setItems(items);
};

/** By code; those without a function could make objects of any class and are refused by name. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x80, ['PROTO', (m) => m.protocol()]],
  [0x95, ['FRAME', (m) => m.input.skip(8)]],
  [0x2e, ['STOP', (m) => m.stop()]],
  [0x28, ['MARK', (m) => m.mark()]],
  [0x30, ['POP', (m) => m.pop()]],
  [0x31, ['POP_MARK', (m) => m.popMark()]],
  [0x32, ['DUP', (m) => m.push(m.top())]],
  [0x70, ['PUT', (m) => m.remember(Number(m.digits()))]],
  [0x71, ['BINPUT', (m) => m.remember(m.input.uint8())]],
  [0x72, ['LONG_BINPUT', (m) => m.remember(m.input.uint32())]],
  [0x94, ['MEMOIZE', (m) => m.remember(m.memo.size)]],
  [0x67, ['GET', (m) => m.recall(Number(m.digits()))]],
  [0x68, ['BINGET', (m) => m.recall(m.input.uint8())]],
  [0x6a, ['LONG_BINGET', (m) => m.recall(m.input.uint32())]],
  [0x4e, ['NONE', value(() => null)]],
  [0x88, ['NEWTRUE', value(() => true)]],
  [0x89, ['NEWFALSE', value(() => false)]],
  [0x49, ['INT', value((_, m) => m.digits())]],
  [0x4c, ['LONG', value((_, m) => m.digits())]],
  [0x4a, ['BININT', value((input) => input.int32())]],
  [0x4b, ['BININT1', value((input) => input.uint8())]],
  [0x4d, ['BININT2', value((input) => input.uint16())]],
  [0x8a, ['LONG1', value((input, m) => m.integer(input.uint8()))]],
  [0x8b, ['LONG4', value((input, m) => m.integer(input.uint32()))]],
  [0x46, ['FLOAT', value((input) => Number(input.line()))]],
  [0x47, ['BINFLOAT', value((input) => input.float64())]],
  [0x53, ['STRING', value((input) => input.line().slice(1, -1))]],
  [0x54, ['BINSTRING', value((input) => input.text(input.uint32()))]],
  [0x55, ['SHORT_BINSTRING', value((input) => input.text(input.uint8()))]],
  [0x56, ['UNICODE', value((input) => input.line())]],
  [0x58, ['BINUNICODE', value((input) => input.text(input.uint32()))]],
  [0x8c, ['SHORT_BINUNICODE', value((input) => input.text(input.uint8()))]],
  [0x8d, ['BINUNICODE8', value((input) => input.text(input.uint64()))]],
  [0x42, ['BINBYTES', value((input) => input.bytes(input.uint32()))]],
  [0x43, ['SHORT_BINBYTES', value((input) => input.bytes(input.uint8()))]],
  [0x29, ['EMPTY_TUPLE', tuple(0)]],
  [0x85, ['TUPLE1', tuple(1)]],
  [0x86, ['TUPLE2', tuple(2)]],
  [0x87, ['TUPLE3', tuple(3)]],
  [0x74, ['TUPLE', gather]],
  [0x6c, ['LIST', gather]],
  [0x5d, ['EMPTY_LIST', tuple(0)]],
  [0x61, ['APPEND', (m) => m.append([m.pop()])]],
  [0x65, ['APPENDS', (m) => m.append(m.popMark())]],
  [0x7d, ['EMPTY_DICT', (m) => dictOf(m, [])]],
  [0x64, ['DICT', (m) => dictOf(m, m.popMark())]],
  [0x73, ['SETITEM', (m) => m.setItems([m.pop(), m.pop()].reverse())]],
  [0x75, ['SETITEMS', (m) => m.setItems(m.popMark())]],
  [0x63, ['GLOBAL', (m) => m.name(m.input.line(), m.input.line())]],
  [0x93, ['STACK_GLOBAL', (m) => m.stackName()]],
  [0x52, ['REDUCE', (m) => m.reduce()]],
  [0x62, ['BUILD', (m) => m.build()]],
  [0x51, ['BINPERSID', (m) => m.persistent()]],
  [0x69, ['INST', (m) => m.instance()]],
  [0x6f, ['OBJ', null]],
  [0x81, ['NEWOBJ', null]],
  [0x92, ['NEWOBJ_EX', null]],
  [0x82, ['EXT1', null]],
  [0x83, ['EXT2', null]],
  [0x84, ['EXT4', null]],
  [0x50, ['PERSID', null]],
  [0x8e, ['BINBYTES8', null]],
  [0x8f, ['EMPTY_SET', null]],
  [0x90, ['ADDITEMS', null]],
  [0x91, ['FROZENSET', null]],
  [0x96, ['BYTEARRAY8', null]],
  [0x97, ['NEXT_BUFFER', null]],
  [0x98, ['READONLY_BUFFER', null]],
]);

/**
 * Reads one pickle. Dicts become Maps, tuples and lists arrays; a value may contain itself.
 * @throws UserError `E_PICKLE` for a name or operation that is not allowed, {@link PickleCut} where the bytes end
 *   too early, `E_WEIGHTS` for anything else that is not a pickle
 */
export function readPickle(bytes: Uint8Array, start: number, where: string, rules: PickleRules): Unpickled {
  const machine = new PickleMachine(new PickleInput(bytes, start, where), rules);
  while (!machine.done) {
    const code = machine.input.uint8();
    const [name, run] = operations.get(code) ?? [];
    machine.operation = name ?? `operation ${code}`;
    if (run === undefined) throw machine.broken('no such operation');
    if (run === null) throw machine.forbidden('');
    run(machine);
  }
  const result = machine.pop();
  return { value: result, end: machine.input.at };
}
