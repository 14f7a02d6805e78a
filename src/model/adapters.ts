/** Linear layers of an encoder that may carry a low-rank adapter (Hu et al. 2022, "LoRA", §4.1): `x·Wᵀ + b + (α/r)·x·Aᵀ·Bᵀ`. */
import type { Value } from '../onnx/graph.ts';
import { add, scale } from '../onnx/operators/elementwise.ts';
import { linear } from '../onnx/operators/products.ts';
import { type Build, dropout, parameter } from './build.ts';
import { linearLayer } from './weights.ts';

/** Names of an adapter's two parameters. */
export function adapterNames(layer: string): { readonly down: string; readonly up: string } {
  return { down: `${layer}.adapter_down`, up: `${layer}.adapter_up` };
}

/**
 * A linear layer with its adapter, where the model has adapters. B starts at zero, so the model starts as it was.
 * @param x f32[…, I]
 * @returns f32[…, size]
 */
export function adaptedLinear(build: Build, x: Value, name: string, size: number): Value {
  const { graph } = build;
  const input = x.shape.at(-1) as number;
  const plain = linearLayer(build, x, name, size, {
    weight: { kind: 'normal', deviation: 0.02 },
    bias: { kind: 'zeros' },
  });
  const { adapters } = build;
  if (adapters === undefined) return plain;
  const names = adapterNames(name);
  const down = parameter(build, names.down, [adapters.rank, input], {
    kind: 'normal',
    deviation: 1 / Math.sqrt(input),
  });
  const up = parameter(build, names.up, [size, adapters.rank], { kind: 'zeros' });
  const reduced = linear(
    graph,
    dropout(build, x, adapters.dropout, `${name}/adapter`),
    down,
    undefined,
    names.down,
  );
  return add(
    graph,
    plain,
    scale(graph, linear(graph, reduced, up, undefined, names.up), adapters.alpha / adapters.rank),
  );
}
