/** The views as tabs: one tab stop, arrows move. */
import { activeDocument } from '../state/documents.ts';
import { formatNumber, words } from '../state/settings.ts';
import { listedEntities, type ViewName, view, viewNames } from '../state/view.ts';

function countOf(name: ViewName): number | undefined {
  if (name === 'entities') return listedEntities.value.length;
  return name === 'recommendations' ? activeDocument.value?.result.recommendations.length : undefined;
}

/** Id of a tab's panel. */
export const panelId = (name: ViewName): string => `panel-${name}`;
export const tabId = (name: ViewName): string => `tab-${name}`;

/** The tabs. */
export function Tabs() {
  const w = words.value;
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = viewNames[(viewNames.indexOf(view.value) + by + viewNames.length) % viewNames.length]!;
    view.value = next;
    document.getElementById(tabId(next))?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={w.viewsLabel}>
      {viewNames.map((name) => {
        const count = countOf(name);
        return (
          <button
            key={name}
            id={tabId(name)}
            type="button"
            role="tab"
            aria-selected={view.value === name}
            aria-controls={view.value === name ? panelId(name) : undefined}
            tabIndex={view.value === name ? 0 : -1}
            onKeyDown={move}
            onClick={() => {
              view.value = name;
            }}
          >
            {w.views[name]}
            {count !== undefined && <span class="count">{formatNumber.value(count)}</span>}
          </button>
        );
      })}
    </div>
  );
}
