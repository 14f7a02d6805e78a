/** Charts as SVG, each with the same figures as a table. */
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { formatNumber, words } from '../state/settings.ts';
import { typeClass } from '../style/type-colors.ts';

/** A stretch of a bar. */
export interface BarPart {
  /** The type whose colour it has; the page's own colour when absent. */
  readonly type?: string;
  readonly value: number;
  /** What it is, when one points at it. */
  readonly title: string;
}

/** A bar. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly BarPart[];
  /** What stands behind it. */
  readonly note: string;
}

interface FigureProps {
  readonly title: string;
  readonly note?: string;
  readonly chart: ComponentChildren;
  readonly table: ComponentChildren;
}

/** A chart with a button that shows its table instead. */
export function Figure({ title, note, chart, table }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const w = words.value;
  return (
    <section class="card figure" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="link small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? w.asChart : w.asTable}
        </button>
      </div>
      {asTable ? table : chart}
      {note !== undefined && <p class="dim small">{note}</p>}
    </section>
  );
}

/** Geometry of bars, in pixels. */
const line = 30;
const thick = 16;
const longest = 24;

const shortened = (label: string): string =>
  label.length > longest ? `${label.slice(0, longest - 1)}…` : label;

/** Horizontal bars; widths are shares of the room, so that they scale. */
export function BarChart({ bars, label }: { readonly bars: readonly Bar[]; readonly label: string }) {
  const largest = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  return (
    <div
      class="bars"
      role="img"
      aria-label={`${label}. ${bars.map((bar) => `${bar.label}: ${bar.note}`).join('; ')}`}
    >
      {bars.map((bar) => (
        <div key={bar.label} class="bar-row" aria-hidden="true">
          <span class="bar-label" title={bar.label}>
            {shortened(bar.label)}
          </span>
          <BarLine parts={bar.parts} largest={largest} />
          <span class="bar-note">{bar.note}</span>
        </div>
      ))}
    </div>
  );
}

function BarLine({ parts, largest }: { readonly parts: readonly BarPart[]; readonly largest: number }) {
  let at = 0;
  return (
    <svg class="bar" viewBox={`0 0 1000 ${line}`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ type, value, title }) => {
        const x = (at / largest) * 1000;
        at += value;
        return (
          <rect
            key={title}
            class={type === undefined ? 'plain-bar' : typeClass(type)}
            x={x}
            y={(line - thick) / 2}
            width={Math.max(1, (value / largest) * 1000)}
            height={thick}
          >
            <title>{title}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** A histogram with upright bars. @param edges lower edge of each bar, and the last one's upper edge */
export function Histogram({
  values,
  edges,
  label,
}: {
  readonly values: readonly number[];
  readonly edges: readonly string[];
  readonly label: string;
}) {
  const largest = Math.max(1, ...values);
  const height = 150;
  const width = 460;
  const step = width / values.length;
  const described = values.map((value, i) => `${edges[i]}–${edges[i + 1]}: ${value}`).join('; ');
  return (
    <svg
      class="histogram"
      viewBox={`-10 -18 ${width + 20} ${height + 42}`}
      role="img"
      aria-label={`${label}. ${described}`}
    >
      <line class="axis" x1={0} x2={width} y1={height} y2={height} />
      {values.map((value, i) => {
        const size = (value / largest) * height;
        return (
          <g key={edges[i]}>
            <rect class="plain-bar" x={i * step + 2} y={height - size} width={step - 4} height={size}>
              <title>{`${edges[i]}–${edges[i + 1]}: ${formatNumber.value(value)}`}</title>
            </rect>
            {value > 0 && (
              <text x={(i + 0.5) * step} y={height - size - 5}>
                {formatNumber.value(value)}
              </text>
            )}
          </g>
        );
      })}
      {edges.map((edge, i) => (
        <text key={edge} class="dim" x={i * step} y={height + 16}>
          {edge}
        </text>
      ))}
    </svg>
  );
}

/** A plain table of figures. */
export function FigureTable({
  head,
  rows,
}: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}) {
  return (
    <table class="data">
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) =>
              column === 0 ? (
                <th key={head[column]} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={head[column]} class="number">
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
