/** Finds ruled lines and drawn bullets among the drawing operators of a page. */
import type { Operators } from './engine.ts';
import type { Dot, Rule } from './types.ts';

type Matrix = readonly [number, number, number, number, number, number];

/** Thicker filled bars are backgrounds, not rules. */
const thickest = 3;
/** Shorter lines are parts of letters and marks. */
const shortest = 4;
/** Sizes of drawn bullets. */
const smallestDot = 1.5;
const largestDot = 7;
/** A page with more of them is a drawing, not a table. */
const mostRules = 20_000;

const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[2] * n[1],
  m[1] * n[0] + m[3] * n[1],
  m[0] * n[2] + m[2] * n[3],
  m[1] * n[2] + m[3] * n[3],
  m[0] * n[4] + m[2] * n[5] + m[4],
  m[1] * n[4] + m[3] * n[5] + m[5],
];

const apply = (m: Matrix, x: number, y: number): readonly [number, number] => [
  m[0] * x + m[2] * y + m[4],
  m[1] * x + m[3] * y + m[5],
];

const isMatrix = (value: unknown): value is Matrix =>
  (Array.isArray(value) || ArrayBuffer.isView(value)) && (value as ArrayLike<unknown>).length === 6;

/** Part of a path: its corners, and whether it is round. */
interface Shape {
  readonly points: (readonly [number, number])[];
  hasCurves: boolean;
}

/** Numbers behind each drawing code of the engine: move, line, cubic curve, quadratic curve, close. */
const operandCounts = [2, 2, 6, 4, 0];

function readPath(data: ArrayLike<number>, matrix: Matrix): Shape[] {
  const shapes: Shape[] = [];
  let shape: Shape | undefined;
  for (let i = 0; i < data.length; ) {
    const code = data[i]!;
    const count = operandCounts[code];
    if (count === undefined) break;
    if (code === 0 || shape === undefined) {
      shape = { points: [], hasCurves: false };
      shapes.push(shape);
    }
    if (count > 0) shape.points.push(apply(matrix, data[i + count - 1]!, data[i + count]!));
    if (count > 2) shape.hasCurves = true;
    if (code === 4 && shape.points.length > 0) shape.points.push(shape.points[0]!);
    i += 1 + count;
  }
  return shapes;
}

function boundsOf(points: Shape['points']): Rule {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  return { x0, y0, x1, y1 };
}

const isRule = ({ x0, y0, x1, y1 }: Rule, thickness: number): boolean =>
  (y1 - y0 <= thickness && x1 - x0 >= shortest) || (x1 - x0 <= thickness && y1 - y0 >= shortest);

/** Sorts shapes into rules and dots as they are painted. */
function takeShapes(shapes: readonly Shape[], isStroke: boolean, rules: Rule[], dots: Dot[]): void {
  for (const { points, hasCurves } of shapes) {
    const box = boundsOf(points);
    const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
    if (hasCurves) {
      const isSmall = Math.max(width, height) <= largestDot && Math.min(width, height) >= smallestDot;
      if (isSmall && Math.abs(width - height) <= 1)
        dots.push({ x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 });
    } else if (isRule(box, thickest)) {
      rules.push(box);
    } else if (isStroke) {
      for (let i = 1; i < points.length; i++) {
        const side = boundsOf([points[i - 1]!, points[i]!]);
        if (isRule(side, 1)) rules.push(side);
      }
    }
  }
}

/**
 * The ruled lines and bullets of a page.
 * @param base from the page's own space to points from its upper left corner
 */
export function readDrawings(
  list: { readonly fnArray: readonly number[]; readonly argsArray: readonly unknown[] },
  operators: Operators,
  base: readonly number[],
): { rules: Rule[]; dots: Dot[] } {
  const rules: Rule[] = [];
  const dots: Dot[] = [];
  const strokes = new Set(['stroke', 'closeStroke', 'fillStroke', 'eoFillStroke'].map((n) => operators[n]));
  const fills = new Set(['fill', 'eoFill', 'fillStroke', 'eoFillStroke'].map((name) => operators[name]));
  let matrix = base as unknown as Matrix;
  const stack: Matrix[] = [];
  for (const [i, operator] of list.fnArray.entries()) {
    const args = list.argsArray[i] as readonly unknown[] | null;
    if (operator === operators.save) stack.push(matrix);
    else if (operator === operators.restore || operator === operators.paintFormXObjectEnd)
      matrix = stack.pop() ?? matrix;
    else if (operator === operators.transform && isMatrix(args)) matrix = multiply(matrix, args);
    else if (operator === operators.paintFormXObjectBegin) {
      stack.push(matrix);
      if (isMatrix(args?.[0])) matrix = multiply(matrix, args[0]);
    } else if (operator === operators.constructPath && rules.length < mostRules) {
      const [paint, [data] = [], isKnown] = args as [number, ArrayLike<number>[]?, unknown?];
      const isStroke = strokes.has(paint);
      if (data === undefined || data === null || isKnown === null || !(isStroke || fills.has(paint)))
        continue;
      takeShapes(readPath(data, matrix), isStroke, rules, dots);
    }
  }
  return { rules, dots };
}
