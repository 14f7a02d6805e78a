/** Operators that move, select and sum elements. */
import type { Dim, Graph, Shape, Value } from '../graph.ts';
import { describe, dimProduct, sameShape } from '../graph.ts';
import { broadcast, normalAxis, ShapeError } from './check.ts';

/** A shape as an int64 vector, named sizes read off the inputs. */
export function shapeVector(graph: Graph, shape: Shape): Value {
  if (shape.every((dim) => typeof dim === 'number')) return graph.ints(shape as number[]);
  const sizes = shape.map((dim) => graph.size(dim));
  return graph.node('Concat', sizes, [{ dtype: 'int64', shape: [shape.length] }], { axis: 0 })[0]!;
}

/** The same elements in another shape. */
export function reshape(graph: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const known = dimProduct(x.shape);
  if (known !== dimProduct(shape)) {
    throw new ShapeError(`reshape: ${describe(x)} does not have the elements of [${shape.join(', ')}]`);
  }
  const named = shape.filter((dim) => typeof dim === 'string');
  const target =
    named.length <= 1
      ? graph.ints(shape.map((dim) => (typeof dim === 'string' ? -1 : dim)))
      : shapeVector(graph, shape);
  return graph.node('Reshape', [x, target], [{ dtype: x.dtype, shape }])[0]!;
}

/** Reorders axes. */
export function transpose(graph: Graph, x: Value, perm: readonly number[]): Value {
  if ([...perm].sort((a, b) => a - b).join() !== [...x.shape.keys()].join())
    throw new ShapeError(`transpose: [${perm}] for ${describe(x)}`);
  const shape = perm.map((axis) => x.shape[axis]!);
  return graph.node('Transpose', [x], [{ dtype: x.dtype, shape }], { perm })[0]!;
}

/** Joins values along an axis; its sizes must be fixed. */
export function concat(graph: Graph, parts: readonly Value[], axis: number): Value {
  const first = parts[0]!;
  const at = normalAxis('concat', first, axis);
  let total = 0;
  for (const part of parts) {
    const size = part.shape[at];
    if (part.dtype !== first.dtype || part.shape.length !== first.shape.length) {
      throw new ShapeError(`concat: ${describe(part)} beside ${describe(first)}`);
    }
    if (typeof size !== 'number')
      throw new ShapeError(`concat: axis ${at} of ${describe(part)} is not fixed`);
    if (part.shape.some((dim, i) => i !== at && dim !== first.shape[i])) {
      throw new ShapeError(`concat: ${describe(part)} beside ${describe(first)} along axis ${at}`);
    }
    total += size;
  }
  const shape = first.shape.map((dim, i) => (i === at ? total : dim));
  return graph.node('Concat', parts, [{ dtype: first.dtype, shape }], { axis: at })[0]!;
}

/** A fixed range `[start, end)` of one axis. */
export function slice(graph: Graph, x: Value, axis: number, start: number, end: number): Value {
  const at = normalAxis('slice', x, axis);
  const size = x.shape[at];
  if (start < 0 || end <= start || (typeof size === 'number' && end > size)) {
    throw new ShapeError(`slice: [${start}, ${end}) of axis ${at} of ${describe(x)}`);
  }
  const shape = x.shape.map((dim, i) => (i === at ? end - start : dim));
  const inputs = [x, graph.ints([start]), graph.ints([end]), graph.ints([at])];
  return graph.node(
    'Slice',
    inputs,
    [{ dtype: x.dtype, shape }],
    {},
    { saved: { axis: at, start, end } },
  )[0]!;
}

/** One axis in reverse order. */
export function reverse(graph: Graph, x: Value, axis: number): Value {
  const at = normalAxis('reverse', x, axis);
  const inputs = [x, graph.ints([-1]), graph.ints([-(2 ** 31)]), graph.ints([at]), graph.ints([-1])];
  return graph.node(
    'Slice',
    inputs,
    [{ dtype: x.dtype, shape: x.shape }],
    {},
    { rule: 'Reverse', saved: at },
  )[0]!;
}

/** Rows of a table: `table[index]`. @param table [V, …] @param index i64[…] */
export function gather(graph: Graph, table: Value, index: Value): Value {
  if (table.shape.length === 0 || (index.dtype !== 'int32' && index.dtype !== 'int64')) {
    throw new ShapeError(`gather: ${describe(index)} cannot choose rows of ${describe(table)}`);
  }
  const shape = [...index.shape, ...table.shape.slice(1)];
  return graph.node('Gather', [table, index], [{ dtype: table.dtype, shape }], { axis: 0 })[0]!;
}

/** Sum over axes. */
export function reduceSum(graph: Graph, x: Value, axes: readonly number[], keepDims = false): Value {
  const at = axes.map((axis) => normalAxis('reduceSum', x, axis));
  const shape: Dim[] = [];
  for (const [axis, dim] of x.shape.entries()) {
    if (!at.includes(axis)) shape.push(dim);
    else if (keepDims) shape.push(1);
  }
  return graph.node(
    'ReduceSum',
    [x, graph.ints(at)],
    [{ dtype: x.dtype, shape }],
    { keepdims: keepDims ? 1 : 0 },
    { saved: at },
  )[0]!;
}

/** Mean over the last axis, which must be fixed; the axis stays with size 1. */
export function meanLast(graph: Graph, x: Value): Value {
  const width = x.shape.at(-1);
  if (typeof width !== 'number')
    throw new ShapeError(`meanLast: the last axis of ${describe(x)} is not fixed`);
  const sum = reduceSum(graph, x, [-1], true);
  return graph.node('Mul', [sum, graph.scalar(1 / width)], [{ dtype: x.dtype, shape: sum.shape }])[0]!;
}

/** `start`, `start + 1`, … as many as a dimension has. @returns i64[dim] */
export function range(graph: Graph, dim: Dim, start: number): Value {
  if (typeof dim === 'number') return graph.ints(Array.from({ length: dim }, (_, k) => start + k));
  const scalar = (value: number): Value =>
    graph.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) });
  const size = reshape(graph, graph.size(dim), []);
  const limit = graph.node('Add', [size, scalar(start)], [{ dtype: 'int64', shape: [] }])[0]!;
  return graph.node('Range', [scalar(start), limit, scalar(1)], [{ dtype: 'int64', shape: [dim] }])[0]!;
}

/** The least element over some axes; not differentiated. */
export function reduceMin(graph: Graph, x: Value, axes: readonly number[]): Value {
  const at = axes.map((axis) => normalAxis('reduceMin', x, axis));
  const shape = x.shape.filter((_, axis) => !at.includes(axis));
  return graph.node('ReduceMin', [x, graph.ints(at)], [{ dtype: x.dtype, shape }], { keepdims: 0 })[0]!;
}

/** The first rows of a value, as many as a named size says; not differentiated. */
export function firstRows(graph: Graph, x: Value, size: string): Value {
  const inputs = [x, graph.ints([0]), graph.size(size), graph.ints([0])];
  return graph.node('Slice', inputs, [{ dtype: x.dtype, shape: [size, ...x.shape.slice(1)] }])[0]!;
}

/** Column numbers for the Scatter operators: an index repeated along the width of rows. @param index i32[N] */
export function repeatIndex(graph: Graph, index: Value, width: Dim): Value {
  return expand(graph, reshape(graph, index, [index.shape[0]!, 1]), [index.shape[0]!, width]);
}

/**
 * The maximum over the rows of each segment; `empty` where a segment has no row.
 * @param x f32[N, H]
 * @param segment i32[N] the segment of each row; rows of -1 belong to none
 * @param segments how many there are
 * @returns f32[segments, H]
 */
export function segmentMax(graph: Graph, x: Value, segment: Value, segments: Dim, empty: number): Value {
  if (x.shape.length !== 2 || segment.dtype !== 'int32' || !sameShape(segment.shape, [x.shape[0]!])) {
    throw new ShapeError(`segmentMax: ${describe(segment)} cannot divide ${describe(x)}`);
  }
  const shape = [segments, x.shape[1]!];
  const zero = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(0) });
  // To the operator -1 is the last segment: what such rows hold must not count there.
  const none = graph.node('Less', [segment, zero], [{ dtype: 'bool', shape: segment.shape }])[0]!;
  const column = unsqueeze(graph, none, 1);
  const counted = { dtype: 'float32' as const, shape: x.shape };
  const rows = graph.node('Where', [column, graph.scalar(empty), x], [counted])[0]!;
  const start = expand(graph, graph.scalar(empty), shape);
  const index = repeatIndex(graph, segment, x.shape[1]!);
  const options = { rule: 'SegmentMax', saved: segment };
  const attributes = { axis: 0, reduction: 'max' };
  return graph.node(
    'ScatterElements',
    [start, index, rows],
    [{ dtype: 'float32', shape }],
    attributes,
    options,
  )[0]!;
}

/** The largest element of one axis. */
export function reduceMax(graph: Graph, x: Value, axis: number): Value {
  const at = normalAxis('reduceMax', x, axis);
  const shape = x.shape.filter((_, i) => i !== at);
  return graph.node(
    'ReduceMax',
    [x, graph.ints([at])],
    [{ dtype: x.dtype, shape }],
    { keepdims: 0 },
    { saved: at },
  )[0]!;
}

/** Repeats size-1 (or missing leading) axes up to a shape. */
export function expand(graph: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const full = broadcast('expand', x, { name: '', dtype: x.dtype, shape });
  if (!sameShape(full, shape)) {
    throw new ShapeError(`expand: ${describe(x)} does not fit into [${shape.join(', ')}]`);
  }
  return graph.node('Expand', [x, shapeVector(graph, full)], [{ dtype: x.dtype, shape: full }])[0]!;
}

/** Inserts axes of size 1. */
export function unsqueeze(graph: Graph, x: Value, ...axes: number[]): Value {
  const shape: Dim[] = [...x.shape];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return graph.node('Unsqueeze', [x, graph.ints(axes)], [{ dtype: x.dtype, shape }])[0]!;
}

/** A tensor of zeros. */
export function zeros(graph: Graph, shape: Shape): Value {
  return graph.node('ConstantOfShape', [shapeVector(graph, shape)], [{ dtype: 'float32', shape }])[0]!;
}
