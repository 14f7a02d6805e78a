/** The documents that are open, with their counts or their progress. */
import { signal } from '@preact/signals';
import {
  active,
  cancelDocument,
  closeDocument,
  documents,
  type OpenDocument,
  retryDocument,
  showDocument,
} from '../state/documents.ts';
import { formatNumber, words } from '../state/settings.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { openDialog } from './open-dialog.tsx';

/** The document that is about to be closed although it has corrections. */
const closing = signal<OpenDocument | undefined>(undefined);

const isCorrected = ({ status, history }: OpenDocument): boolean =>
  status.value.kind === 'done' &&
  history.value.lists !== status.value.document.found &&
  history.value.done.length > 0;

/** The list. */
export function DocumentList() {
  const w = words.value;
  return (
    <section class="panel" aria-labelledby="documents-title">
      <div class="panel-head">
        <h2 id="documents-title">{w.documents}</h2>
        <button
          type="button"
          class="small-button"
          onClick={() => {
            openDialog.value = true;
          }}
        >
          <Icon name="plus" /> {w.openMore}
        </button>
      </div>
      <ul class="documents">
        {documents.value.map((document) => (
          <DocumentRow key={document.key} document={document} />
        ))}
      </ul>
      {closing.value !== undefined && <CloseDialog document={closing.value} />}
    </section>
  );
}

function DocumentRow({ document }: { readonly document: OpenDocument }) {
  const w = words.value;
  const isActive = document === active.value;
  const status = document.status.value;
  const count =
    status.kind === 'done' ? document.history.value.lists.reduce((sum, { length }) => sum + length, 0) : 0;
  return (
    <li class={isActive ? 'document-row current' : 'document-row'}>
      <button
        type="button"
        class="document-name"
        aria-current={isActive ? 'true' : undefined}
        title={document.name}
        onClick={() => showDocument(document.key)}
      >
        <span class="name">{document.name}</span>
        {status.kind === 'done' && (
          <span class="count">
            {formatNumber.value(count)}
            {isCorrected(document) && (
              <span class="edited" title={w.columns.state}>
                {' '}
                ✎
              </span>
            )}
          </span>
        )}
      </button>
      <button
        type="button"
        class="plain"
        aria-label={status.kind === 'working' ? w.cancelWork(document.name) : w.closeDocument(document.name)}
        title={status.kind === 'working' ? w.cancel : w.close}
        onClick={() => {
          if (status.kind === 'working') cancelDocument(document);
          else if (isCorrected(document)) closing.value = document;
          else closeDocument(document);
        }}
      >
        <Icon name="close" />
      </button>
      <RowStatus document={document} />
    </li>
  );
}

function RowStatus({ document }: { readonly document: OpenDocument }) {
  const w = words.value;
  const status = document.status.value;
  if (status.kind === 'done') return null;
  if (status.kind === 'working') {
    const { stage, fraction } = status.progress;
    return (
      <div class="row-status">
        <progress max={1} value={stage === 'tagging' ? fraction : undefined} aria-label={document.name} />
        <span class="dim small">{w.stages[stage] ?? stage}</span>
      </div>
    );
  }
  return (
    <div class="row-status">
      <span class={status.kind === 'failed' ? 'bad small' : 'dim small'}>
        {status.kind === 'failed' ? w.failed : w.cancelled}
      </span>
      {document.input !== undefined && (
        <button type="button" class="link small" onClick={() => retryDocument(document)}>
          {w.retry}
        </button>
      )}
    </div>
  );
}

function CloseDialog({ document }: { readonly document: OpenDocument }) {
  const w = words.value;
  const leave = (): void => {
    closing.value = undefined;
  };
  return (
    <Dialog title={w.closeDocument(document.name)} onClose={leave}>
      <p>{w.closeAsk(document.name)}</p>
      <div class="row end">
        <button type="button" onClick={leave}>
          {w.cancel}
        </button>
        <button
          type="button"
          class="primary"
          onClick={() => {
            leave();
            closeDocument(document);
          }}
        >
          {w.closeAnyway}
        </button>
      </div>
    </Dialog>
  );
}
