/** The table of entities: sorted, as long as it may be, each row a way into the text. */
import { computed, signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { stateOf } from '../correct/changes.ts';
import { readEntity } from '../document/sentence-text.ts';
import { activeDocument } from '../state/documents.ts';
import { formatScore, nameOf, words } from '../state/settings.ts';
import { jumpTo, type ListedEntity, listedEntities } from '../state/view.ts';
import { TypeBadge } from './type-badge.tsx';

type Column = 'text' | 'type' | 'score' | 'page' | 'section' | 'state';
const columns: readonly Column[] = ['text', 'type', 'score', 'page', 'section', 'state'];

const sorting = signal<{ readonly column: Column; readonly by: 1 | -1 } | undefined>(undefined);

interface Row extends ListedEntity {
  readonly text: string;
  readonly section: string;
  readonly page: number | undefined;
  readonly state: string;
}

const rows = computed((): readonly Row[] => {
  const document = activeDocument.value;
  if (document === undefined) return [];
  const { text, sentences } = document.result;
  const all = listedEntities.value.map(({ sentence, entity }): Row => {
    const own = sentences[sentence]!;
    const state = stateOf(entity, document.found[sentence] ?? []);
    return {
      sentence,
      entity,
      text: readEntity(text, own, entity.words),
      section: own.section ?? '',
      page: own.page,
      state: words.value.states[state],
    };
  });
  const order = sorting.value;
  if (order === undefined) return all;
  const { compare } = new Intl.Collator('ru', { numeric: true });
  const keys: Readonly<Record<Column, (a: Row, b: Row) => number>> = {
    text: (a, b) => compare(a.text, b.text),
    type: (a, b) => compare(nameOf(a.entity.type), nameOf(b.entity.type)),
    score: (a, b) => a.entity.score - b.entity.score,
    page: (a, b) => (a.page ?? 0) - (b.page ?? 0),
    section: (a, b) => compare(a.section, b.section),
    state: (a, b) => compare(a.state, b.state),
  };
  return all.sort((a, b) => order.by * keys[order.column](a, b) || a.sentence - b.sentence);
});

/** Height of a row in pixels, as in the style sheet, and rows drawn above and below what is seen. */
const rowHeight = 38;
const spare = 12;

/** The view. */
export function EntitiesView() {
  const w = words.value;
  const [top, setTop] = useState(0);
  const [current, setCurrent] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const all = rows.value;
  const height = scroller.current?.clientHeight ?? 900;
  const first = Math.max(0, Math.min(all.length - 1, Math.floor(top / rowHeight)) - spare);
  const last = Math.min(all.length, Math.ceil((top + height) / rowHeight) + spare);
  const shown = columnsShown();
  const at = Math.min(current, all.length - 1);
  const move = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: all.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focusRow(Math.max(0, Math.min(all.length - 1, to)));
  };
  const focusRow = (index: number): void => {
    setCurrent(index);
    const view = scroller.current!;
    const y = index * rowHeight;
    if (y < view.scrollTop) view.scrollTop = y;
    else if (y + 2 * rowHeight > view.scrollTop + view.clientHeight) {
      view.scrollTop = y + 2 * rowHeight - view.clientHeight;
    }
    requestAnimationFrame(() =>
      requestAnimationFrame(() => view.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus()),
    );
  };
  if (all.length === 0) return <p class="empty">{w.noRows}</p>;
  return (
    <div
      class="scroller table-view"
      ref={scroller}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      <table class="data entities" aria-rowcount={all.length + 1} aria-label={w.views.entities}>
        <Head shown={shown} />
        <tbody>
          {first > 0 && <Spacer height={first * rowHeight} />}
          {all.slice(first, last).map((row, i) => (
            <EntityRow
              key={row.entity.id}
              row={row}
              index={first + i}
              shown={shown}
              isCurrent={first + i === at}
              onKeyDown={move}
              onFocus={setCurrent}
            />
          ))}
          {last < all.length && <Spacer height={(all.length - last) * rowHeight} />}
        </tbody>
      </table>
    </div>
  );
}

/** Columns that say something about this document. */
function columnsShown(): readonly Column[] {
  const document = activeDocument.value;
  const isCorrected = rows.value.some(({ state }) => state !== '');
  return columns.filter((column) => {
    if (column === 'page') return (document?.pages.length ?? 0) > 0;
    if (column === 'section') return (document?.sections.length ?? 0) > 0;
    return column !== 'state' || isCorrected;
  });
}

const Spacer = ({ height }: { readonly height: number }) => (
  <tr class="spacer">
    <td style={{ height: `${height}px` }} />
  </tr>
);

function Head({ shown }: { readonly shown: readonly Column[] }) {
  const w = words.value;
  const order = sorting.value;
  const sort = (column: Column): void => {
    if (order?.column !== column) sorting.value = { column, by: column === 'score' ? -1 : 1 };
    else
      sorting.value =
        (order.by === 1) === (column === 'score') ? undefined : { column, by: order.by === 1 ? -1 : 1 };
  };
  return (
    <thead>
      <tr aria-rowindex={1}>
        {shown.map((column) => {
          const by = order?.column === column ? order.by : undefined;
          return (
            <th
              key={column}
              scope="col"
              class={`column-${column}`}
              aria-sort={by === undefined ? undefined : by === 1 ? 'ascending' : 'descending'}
            >
              <button type="button" title={w.sortBy(w.columns[column])} onClick={() => sort(column)}>
                {w.columns[column]}
                <span class="order" aria-hidden="true">
                  {by === undefined ? '' : by === 1 ? '▲' : '▼'}
                </span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface EntityRowProps {
  readonly row: Row;
  readonly index: number;
  readonly shown: readonly Column[];
  readonly isCurrent: boolean;
  onKeyDown(event: KeyboardEvent): void;
  onFocus(index: number): void;
}

function EntityRow({ row, index, shown, isCurrent, onKeyDown, onFocus }: EntityRowProps) {
  const { sentence, entity, text } = row;
  const go = (): void => jumpTo({ sentence, words: entity.words, focus: true });
  const cell: Readonly<Record<Column, () => preact.ComponentChildren>> = {
    text: () => (
      <button
        type="button"
        class="row-button"
        lang="ru"
        title={words.value.showInText}
        data-row={index}
        tabIndex={isCurrent ? 0 : -1}
        onKeyDown={onKeyDown}
        onFocus={() => onFocus(index)}
        onClick={go}
      >
        {text}
      </button>
    ),
    type: () => <TypeBadge type={entity.type} />,
    score: () => <Score value={entity.score} />,
    page: () => row.page ?? '',
    section: () => <span lang="ru">{row.section}</span>,
    state: () => row.state,
  };
  return (
    <tr aria-rowindex={index + 2} onClick={go}>
      {shown.map((column) => (
        <td key={column} class={`column-${column}`} title={column === 'section' ? row.section : undefined}>
          {cell[column]()}
        </td>
      ))}
    </tr>
  );
}

const Score = ({ value }: { readonly value: number }) => (
  <span class="score">
    <meter min={0} max={1} value={value} aria-hidden="true" />
    {formatScore.value(value)}
  </span>
);
