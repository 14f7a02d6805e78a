/** The computation graph that models are described in: values with types and (symbolic) shapes, and the nodes that make them. */
import type { DType, TensorData } from './dtype.ts';
import { elementCount, floatTensor, intTensor } from './dtype.ts';

/** A fixed size, a named one (`'B'`), or a product of names (`'B*L'`). */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** The result of a node, or an input, parameter or constant. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The node that makes it; absent for inputs, parameters and constants. */
  readonly producer?: Node;
}

export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: Graph };

/** One operator application. */
export interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The differentiation rule, where it is not the one of the operator (a `Scan` that is an LSTM). */
  readonly rule: string;
  /** What the rule needs to know beyond inputs, outputs and attributes. */
  readonly saved?: unknown;
}

interface NodeOptions {
  readonly domain?: string;
  readonly rule?: string;
  readonly saved?: unknown;
  readonly name?: string;
}

/** What an output of a node looks like. */
export interface ValueSpec {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A graph under construction. Shape errors are thrown when a node is added (see `ops.ts`), never at run time. */
export class Graph {
  readonly inputs: Value[] = [];
  readonly parameters = new Map<string, Value>();
  readonly constants = new Map<string, { value: Value; tensor: TensorData }>();
  readonly nodes: Node[] = [];
  readonly outputs: { name: string; value: Value }[] = [];
  readonly #sizes = new Map<string, Value>();
  readonly #prefix: string;
  #counter = 0;

  /** @param prefix keeps the names of a nested graph apart from those of the graph around it */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** A run-time input. Its named dimensions become available to {@link Graph.size}. */
  input(name: string, dtype: DType, shape: Shape): Value {
    const value: Value = { name, dtype, shape };
    this.inputs.push(value);
    return value;
  }

  /** A trainable tensor: fed at every run while training, baked into the graph for use. Asking twice gives the same value. */
  parameter(name: string, shape: readonly number[], dtype: DType = 'float32'): Value {
    const known = this.parameters.get(name);
    if (known !== undefined) {
      if (known.shape.join() !== shape.join()) {
        throw new Error(`parameter "${name}": declared as [${known.shape}] and as [${shape}]`);
      }
      return known;
    }
    const value: Value = { name, dtype, shape };
    this.parameters.set(name, value);
    return value;
  }

  constant(tensor: TensorData): Value {
    if (elementCount(tensor.shape) !== tensor.data.length) {
      throw new Error(`constant: shape [${tensor.shape}] does not fit ${tensor.data.length} elements`);
    }
    const key =
      tensor.data.length <= 8 ? `${tensor.dtype}[${tensor.shape}]:${tensor.data}` : this.#fresh('const');
    const known = this.constants.get(key);
    if (known !== undefined) return known.value;
    const value: Value = { name: this.#fresh('const'), dtype: tensor.dtype, shape: tensor.shape };
    this.constants.set(key, { value, tensor });
    return value;
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant(floatTensor([], [value]));
  }

  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): Value {
    return this.constant(intTensor([values.length], values));
  }

  /** Adds a node; the first output's name can be given for error messages and dumps. */
  node(
    opType: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly ValueSpec[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): Value[] {
    const values: Value[] = [];
    const node: Node = {
      opType,
      domain: options.domain ?? '',
      inputs,
      outputs: values,
      attributes,
      rule: options.rule ?? opType,
      ...(options.saved === undefined ? {} : { saved: options.saved }),
    };
    const base = options.name ?? opType;
    for (const spec of outputs) {
      values.push({ name: this.#fresh(base), dtype: spec.dtype, shape: spec.shape, producer: node });
    }
    this.nodes.push(node);
    return values;
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  /** The size of a (named) dimension as an int64[1] value, read off an input that has it. */
  size(dim: Dim): Value {
    if (typeof dim === 'number') return this.ints([dim]);
    const known = this.#sizes.get(dim);
    if (known !== undefined) return known;
    const value = dim.includes('*') ? this.#product(dim.split('*')) : this.#readSize(dim);
    this.#sizes.set(dim, value);
    return value;
  }

  #product(factors: readonly string[]): Value {
    return factors
      .map((factor) => this.size(/^\d+$/.test(factor) ? Number(factor) : factor))
      .reduce((a, b) => this.node('Mul', [a, b], [{ dtype: 'int64', shape: [1] }])[0]!);
  }

  #readSize(dim: string): Value {
    for (const input of this.inputs) {
      const axis = input.shape.indexOf(dim);
      if (axis < 0) continue;
      return this.node('Shape', [input], [{ dtype: 'int64', shape: [1] }], {
        start: axis,
        end: axis + 1,
      })[0]!;
    }
    throw new Error(`no input has a dimension "${dim}"`);
  }

  #fresh(base: string): string {
    this.#counter += 1;
    return `${this.#prefix}${base}_${this.#counter}`;
  }
}

/** The product of dimensions: a number when all are fixed, otherwise names sorted behind the number (`'4*B*L'`). */
export function dimProduct(dims: Shape): Dim {
  let fixed = 1;
  const names: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') fixed *= dim;
    else {
      for (const factor of dim.split('*')) {
        if (/^\d+$/.test(factor)) fixed *= Number(factor);
        else names.push(factor);
      }
    }
  }
  names.sort();
  if (names.length === 0) return fixed;
  return (fixed === 1 ? names : [String(fixed), ...names]).join('*');
}

/** Whether two shapes are the same, names compared as names. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dimProduct([dim]) === dimProduct([b[axis]!]));
}

/** `f32[B, L, 128]`, as error messages and dumps show a value. */
export function describe(value: Value): string {
  const short: Readonly<Record<DType, string>> = {
    float32: 'f32',
    float16: 'f16',
    int64: 'i64',
    int32: 'i32',
    int8: 'i8',
    uint8: 'u8',
    bool: 'bool',
  };
  return `${short[value.dtype]}[${value.shape.join(', ')}]`;
}
