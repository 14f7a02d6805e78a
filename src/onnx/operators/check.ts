/** Shape rules that operators share; every violation names the operator and both shapes. */
import { type Dim, describe, dimProduct, type Shape, type Value } from '../graph.ts';

/** A shape error in a graph under construction: a bug in a model description, found when it is built. */
export class ShapeError extends Error {
  readonly code = 'E_SHAPE';
}

function sameDim(a: Dim, b: Dim): boolean {
  return a === b || dimProduct([a]) === dimProduct([b]);
}

/** The shape of an element-wise operation with broadcasting. */
export function broadcast(operator: string, a: Value, b: Value): Shape {
  if (a.dtype !== b.dtype)
    throw new ShapeError(`${operator}: types differ, ${describe(a)} and ${describe(b)}`);
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined) {
    throw new ShapeError(`${operator}: shapes do not broadcast, ${describe(a)} and ${describe(b)}`);
  }
  return shape;
}

function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (!sameDim(x, y) && x !== 1 && y !== 1) return undefined;
    result.push(x === 1 ? y : x);
  }
  return result;
}

/** The shape of a matrix product with broadcast leading axes. */
export function productShape(operator: string, a: Value, b: Value): Shape {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new ShapeError(`${operator}: needs two or more axes, got ${describe(a)} and ${describe(b)}`);
  }
  if (!sameDim(a.shape.at(-1)!, b.shape.at(-2)!)) {
    throw new ShapeError(`${operator}: inner sizes differ, A is ${describe(a)}, B is ${describe(b)}`);
  }
  if (a.dtype !== b.dtype)
    throw new ShapeError(`${operator}: types differ, ${describe(a)} and ${describe(b)}`);
  const outer = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (outer === undefined) {
    throw new ShapeError(`${operator}: leading axes do not broadcast, ${describe(a)} and ${describe(b)}`);
  }
  return [...outer, a.shape.at(-2)!, b.shape.at(-1)!];
}

/** A non-negative axis number. */
export function normalAxis(operator: string, x: Value, axis: number): number {
  const rank = x.shape.length;
  if (axis < -rank || axis >= rank) throw new ShapeError(`${operator}: no axis ${axis} in ${describe(x)}`);
  return axis < 0 ? axis + rank : axis;
}
