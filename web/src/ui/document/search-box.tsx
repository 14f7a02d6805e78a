/** Search in the text. */
import { mostHits } from '../../document/find.ts';
import { activeDocument } from '../../state/documents.ts';
import { words } from '../../state/settings.ts';
import { hitIndex, hits, moveHit, query, showHit } from '../../state/view.ts';
import { Icon } from '../icons.tsx';

/** Id of the field, for the key that leads there. */
export const searchFieldId = 'search-field';

/** The field with its arrows. */
export function SearchBox() {
  const w = words.value;
  if (activeDocument.value === undefined) return null;
  const count = hits.value.length;
  const isAsked = query.value.trim() !== '';
  return (
    <search class="search">
      <Icon name="search" />
      <input
        id={searchFieldId}
        type="search"
        placeholder={w.search}
        aria-label={w.search}
        aria-keyshortcuts="/"
        value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
          hitIndex.value = 0;
          showHit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') moveHit(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') query.value = '';
        }}
      />
      <span class="hits" role="status">
        {isAsked ? w.hits(hitIndex.value, count, count === mostHits) : ''}
      </span>
      {isAsked && (
        <>
          {' '}
          <button
            type="button"
            class="icon-button"
            aria-label={w.previousHit}
            title={w.previousHit}
            disabled={count === 0}
            onClick={() => moveHit(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={w.nextHit}
            title={w.nextHit}
            disabled={count === 0}
            onClick={() => moveHit(1)}
          >
            <Icon name="down" />
          </button>
        </>
      )}
    </search>
  );
}
