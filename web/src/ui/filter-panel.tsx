/** What is shown: types, least score, section, page. */
import { useId } from 'preact/hooks';
import { isFiltering, noFilter } from '../document/filter.ts';
import { activeDocument } from '../state/documents.ts';
import { formatNumber, formatScore, labels, nameOf, words } from '../state/settings.ts';
import { changeFilter, filter, typeCounts } from '../state/view.ts';
import { sortTypes } from '../words/types.ts';
import { TypeSwatch } from './type-badge.tsx';

/** Whether the panel stands beside the document; above it, it is closed until it is wanted. */
const hasRoom = matchMedia('(min-width: 60rem)').matches;

/** The panel. */
export function FilterPanel() {
  const w = words.value;
  if (activeDocument.value === undefined) return null;
  return (
    <details class="panel filter" open={hasRoom}>
      <summary>
        <h2>{w.filter}</h2>
      </summary>
      <div class="filter-fields">
        {isFiltering(filter.value) && (
          <button
            type="button"
            class="link small reset"
            onClick={() => {
              filter.value = noFilter;
            }}
          >
            {w.resetFilter}
          </button>
        )}
        <TypeChoice />
        <LeastScore />
        <SectionChoice />
        <PageChoice />
        <label class="check labels-choice">
          <input
            type="checkbox"
            checked={labels.value === 'shown'}
            onChange={({ currentTarget }) => {
              labels.value = currentTarget.checked ? 'shown' : 'hidden';
            }}
          />
          {w.labels}
        </label>
      </div>
    </details>
  );
}

function TypeChoice() {
  const w = words.value;
  const counts = typeCounts.value;
  const types = sortTypes(counts.keys());
  const { hidden } = filter.value;
  const toggle = (type: string, isShown: boolean): void => {
    const next = new Set(hidden);
    if (isShown) next.delete(type);
    else next.add(type);
    changeFilter({ hidden: next });
  };
  return (
    <fieldset class="types">
      <legend>
        {w.types}
        <span class="legend-actions">
          <button type="button" class="link small" onClick={() => changeFilter({ hidden: new Set() })}>
            {w.all}
          </button>
          <button type="button" class="link small" onClick={() => changeFilter({ hidden: new Set(types) })}>
            {w.none}
          </button>
        </span>
      </legend>
      {types.map((type) => (
        <label key={type} class="check" title={type}>
          <input
            type="checkbox"
            checked={!hidden.has(type)}
            onChange={({ currentTarget }) => toggle(type, currentTarget.checked)}
          />
          <TypeSwatch type={type} />
          <span class="name">{nameOf(type)}</span>
          <span class="count">{formatNumber.value(counts.get(type) ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function LeastScore() {
  const id = useId();
  const { least } = filter.value;
  return (
    <div class="field">
      <label for={id}>
        {words.value.leastScore} <output for={id}>{formatScore.value(least)}</output>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={least}
        onInput={({ currentTarget }) => changeFilter({ least: Number(currentTarget.value) })}
      />
    </div>
  );
}

function SectionChoice() {
  const id = useId();
  const w = words.value;
  const sections = activeDocument.value?.sections ?? [];
  if (sections.length === 0) return null;
  return (
    <div class="field">
      <label for={id}>{w.section}</label>
      <select
        id={id}
        value={filter.value.section === undefined ? '' : String(filter.value.section)}
        onChange={({ currentTarget: { value } }) =>
          changeFilter({ section: value === '' ? undefined : Number(value) })
        }
      >
        <option value="">{w.wholeDocument}</option>
        {sections.map(({ title, level }, i) => (
          <option key={i} value={String(i)}>
            {'\u2003'.repeat(level - 1)}
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

function PageChoice() {
  const id = useId();
  const w = words.value;
  const pages = activeDocument.value?.pages ?? [];
  if (pages.length < 2) return null;
  const { page } = filter.value;
  return (
    <div class="field">
      <label for={id}>{w.page}</label>
      <select
        id={id}
        value={page === undefined ? '' : String(page)}
        onChange={({ currentTarget: { value } }) =>
          changeFilter({ page: value === '' ? undefined : Number(value) })
        }
      >
        <option value="">{w.allPages}</option>
        {pages.map((number) => (
          <option key={number} value={String(number)}>
            {number}
          </option>
        ))}
      </select>
    </div>
  );
}
