/** What reading a pickle does: a stack machine that makes plain values, and calls nothing but the functions of an allow-list. */
import { UserError } from '../base/errors.ts';
import { damaged } from './bytes.ts';
import type { PickleInput } from './pickle-input.ts';

/** What a name of the allow-list makes of its arguments; `undefined` where they are not what it takes. */
export type PickleFunction = (args: readonly unknown[]) => unknown;

/** What may stand in a pickle beside plain values. */
export interface PickleRules {
  /** By full name, such as `torch._utils._rebuild_tensor_v2`; `null` for names that stand for themselves only. */
  readonly names: ReadonlyMap<string, PickleFunction | null>;
  /** Looks up an object that is stored outside the pickle. */
  readonly persistent?: (id: unknown) => unknown;
}

/** A name of the allow-list, standing for itself. */
export class PickleName {
  readonly name: string;
  readonly call: PickleFunction | null;

  constructor(name: string, call: PickleFunction | null) {
    this.name = name;
    this.call = call;
  }
}

/** Enough for the optimizer state of models with thousands of tensors. */
const MAX_VALUES = 4_000_000;
const MAX_DEPTH = 200;
/** The longest integer that counts, the magic number of old files, has ten bytes. */
const MAX_INTEGER_BYTES = 64;
const MAX_PROTOCOL = 5;

/** The state of reading one pickle: the stack, the marks in it, and what was stored for later. */
export class PickleMachine {
  readonly input: PickleInput;
  readonly rules: PickleRules;
  readonly stack: unknown[] = [];
  /** Stack heights of the open marks. */
  readonly marks: number[] = [];
  readonly memo = new Map<number, unknown>();
  readonly #depths = new WeakMap<object, number>();
  #made = 0;
  /** The operation being carried out, for errors. */
  operation = '';
  done = false;

  constructor(input: PickleInput, rules: PickleRules) {
    this.input = input;
    this.rules = rules;
  }

  broken(message: string): UserError {
    return damaged(this.input.where, `${this.operation} at byte ${this.input.at}: ${message}`);
  }

  forbidden(what: string): UserError {
    return new UserError({
      code: 'E_PICKLE',
      where: this.input.where,
      message: `${this.operation}${what} is not allowed`,
      hint: 'this is not a plain state dict, and nothing in it was executed: save it anew with torch.save(model.state_dict(), path)',
    });
  }

  push(value: unknown): void {
    this.#count(1);
    this.stack.push(value);
  }

  /** A small file may repeat one value very often: all that is made is counted. */
  #count(values: number): void {
    this.#made += values;
    if (this.#made > MAX_VALUES) throw this.broken(`more than ${MAX_VALUES} values`);
  }

  stop(): void {
    this.done = true;
  }

  pop(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.broken('nothing to take from the stack');
    return this.stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    if (this.marks.length >= MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH}`);
    this.marks.push(this.stack.length);
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const height = this.marks.pop();
    if (height === undefined) throw this.broken('no mark was set');
    return this.stack.splice(height);
  }

  /** Pushes a tuple or list; nesting is bounded so that nobody who walks over values runs out of stack. */
  pushItems(items: unknown[]): void {
    this.hold(items, items);
    this.push(items);
  }

  /** Notes that a container holds these values. */
  hold(container: object, values: readonly unknown[]): void {
    let depth = this.#depths.get(container) ?? 1;
    for (const value of values) {
      if (typeof value === 'object' && value !== null)
        depth = Math.max(depth, 1 + (this.#depths.get(value) ?? 0));
    }
    if (depth > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH}`);
    this.#depths.set(container, depth);
  }

  remember(key: number): void {
    this.#count(1);
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    if (!this.memo.has(key)) throw this.broken(`nothing was stored as ${key}`);
    this.push(this.memo.get(key));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.broken('no list to add to');
    this.hold(list, items);
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw this.broken('no dict to add to');
    this.hold(dict, items);
    for (let k = 0; k < items.length; k += 2) dict.set(items[k], items[k + 1]);
  }

  name(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.broken('a name that is no text');
    const full = `${module}.${name}`;
    const call = this.rules.names.get(full);
    if (call === undefined) throw this.forbidden(` ${JSON.stringify(full)}`);
    this.push(new PickleName(full, call));
  }

  /** A name whose parts lie on the stack. */
  stackName(): void {
    const name = this.pop();
    this.name(this.pop(), name);
  }

  /** A call of a class: never allowed, but the error says of which. */
  instance(): never {
    const module = this.input.line();
    throw this.forbidden(` ${JSON.stringify(`${module}.${this.input.line()}`)}`);
  }

  reduce(): void {
    const args = this.pop();
    const name = this.pop();
    if (!(name instanceof PickleName) || name.call === null) {
      throw this.forbidden(name instanceof PickleName ? ` "${name.name}"` : ' of something that is no name');
    }
    const value = Array.isArray(args) ? name.call(args) : undefined;
    if (value === undefined) throw this.broken(`arguments that ${name.name} does not take`);
    if (value instanceof Map) {
      this.#count(value.size);
      this.hold(value, args as unknown[]);
    }
    this.push(value);
  }

  /** Attributes of a dict, such as the `_metadata` of a state dict, are not tensors: they are left out. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.forbidden(' of something else than a dict');
  }

  persistent(): void {
    const id = this.pop();
    if (this.rules.persistent === undefined) throw this.forbidden('');
    this.push(this.rules.persistent(id));
  }

  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw this.broken(`an integer of ${length} bytes`);
    return this.input.integer(length);
  }

  /** An integer in digits; booleans of the oldest protocol are written 00 and 01. */
  digits(): number | boolean {
    const text = this.input.line();
    if (text === '00' || text === '01') return text === '01';
    const value = Number(text.replace(/L$/, ''));
    if (text === '' || !Number.isSafeInteger(value))
      throw this.broken(`${JSON.stringify(text)} is no integer`);
    return value;
  }

  protocol(): void {
    const version = this.input.uint8();
    if (version > MAX_PROTOCOL) throw this.broken(`protocol ${version}, expected at most ${MAX_PROTOCOL}`);
  }
}
