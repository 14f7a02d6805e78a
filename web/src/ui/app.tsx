/** The page. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { announcement, notice } from '../state/announce.ts';
import { discardSaved, restorable, restoreSaved } from '../state/autosave.ts';
import { stepBack } from '../state/correction.ts';
import { active, activeDocument, cancelDocument, documents, retryDocument } from '../state/documents.ts';
import { openFiles } from '../state/open-files.ts';
import { language, words } from '../state/settings.ts';
import { type ViewName, view } from '../state/view.ts';
import { DocumentView } from './document/document-view.tsx';
import { SearchBox, searchFieldId } from './document/search-box.tsx';
import { DocumentList } from './document-list.tsx';
import { EntitiesView } from './entities-view.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FilterPanel } from './filter-panel.tsx';
import { Header } from './header.tsx';
import { Intake } from './intake.tsx';
import { OpenDialog } from './open-dialog.tsx';
import { RecommendationsView } from './recommendations-view.tsx';
import { StatisticsView } from './statistics-view.tsx';
import { panelId, Tabs, tabId } from './tabs.tsx';
import { TokenDialog } from './token-dialog.tsx';

/** Whether files are being dragged over the window. */
const dragging = signal(false);

/** The whole page. */
export function App() {
  const w = words.value;
  useDrop();
  useShortcuts();
  const isEmpty = documents.value.length === 0;
  return (
    <>
      <a class="skip" href="#main">
        {w.skip}
      </a>
      <Header />
      <RestoreBanner />
      {isEmpty ? <Start /> : <Work />}
      <ExportDialog />
      <OpenDialog />
      <TokenDialog />
      {dragging.value && <div class="drop-overlay">{w.dropNow}</div>}
      {notice.value !== undefined && <div class="notice">{notice.value}</div>}
      <div class="hidden" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

const Start = () => (
  <main id="main" class="start" tabIndex={-1}>
    <h2>{words.value.intro}</h2>
    <p class="lead">{words.value.introText}</p>
    <Intake />
  </main>
);

const views: Readonly<Record<ViewName, () => preact.ComponentChildren>> = {
  document: () => <DocumentView />,
  entities: () => <EntitiesView />,
  recommendations: () => <RecommendationsView />,
  statistics: () => <StatisticsView />,
};

const Work = () => (
  <div class="work">
    <aside class="side" aria-label={words.value.documents}>
      <DocumentList />
      <FilterPanel />
    </aside>
    <main id="main" tabIndex={-1}>
      {activeDocument.value === undefined ? (
        <Waiting />
      ) : (
        <>
          <div class="bar">
            <Tabs />
            {view.value === 'document' && <SearchBox />}
          </div>
          <div class="panels">
            <Panel name="document" />
            {view.value !== 'document' && <Panel name={view.value} />}
          </div>
        </>
      )}
    </main>
  </div>
);

/** A view; the document stays where it is while another one is seen, with its place and without being drawn again. */
const Panel = ({ name }: { readonly name: ViewName }) => (
  <div
    key={name}
    id={panelId(name)}
    class={name === view.value ? 'panel-view' : 'panel-view parked'}
    role="tabpanel"
    aria-labelledby={tabId(name)}
  >
    {views[name]()}
  </div>
);

/** How far the document is, or what went wrong with it. */
function Waiting() {
  const w = words.value;
  const document = active.value;
  const status = document?.status.value;
  if (document === undefined || status === undefined || status.kind === 'done') return null;
  if (status.kind === 'working') {
    const { stage, fraction, sentences, entities } = status.progress;
    return (
      <div class="waiting" role="status">
        <h2>{document.name}</h2>
        <progress max={1} value={stage === 'tagging' ? fraction : undefined} aria-label={document.name} />
        <p>
          {w.stages[stage] ?? stage}
          {sentences > 0 && <span class="dim"> · {w.progressText(sentences, entities)}</span>}
        </p>
        <button type="button" onClick={() => cancelDocument(document)}>
          {w.cancel}
        </button>
      </div>
    );
  }
  return (
    <div class="waiting">
      <h2>{document.name}</h2>
      {status.kind === 'failed' ? (
        <div class="problem" role="alert">
          <strong>{w.failed}</strong>
          <p>{status.message}</p>
          <p class="dim">{w.errorHints[status.code] ?? status.hint}</p>
        </div>
      ) : (
        <p>{w.cancelled}</p>
      )}
      <button type="button" onClick={() => retryDocument(document)}>
        {w.retry}
      </button>
    </div>
  );
}

/** Offers the corrections of an earlier visit. */
function RestoreBanner() {
  const saved = restorable.value;
  const w = words.value;
  if (saved.length === 0) return null;
  const when = new Date(Math.max(...saved.map(({ savedAt }) => savedAt)));
  const time = when.toLocaleString(language.value, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <section class="banner" aria-label={w.saveTitle}>
      <p>{w.restoreFound(saved.length, time)}</p>
      <button type="button" class="primary" onClick={restoreSaved}>
        {w.restore}
      </button>
      <button type="button" onClick={discardSaved}>
        {w.discard}
      </button>
    </section>
  );
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

/** Files may be dropped anywhere. */
function useDrop(): void {
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      dragging.value = true;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) dragging.value = false;
    };
    const drop = (event: DragEvent): void => {
      dragging.value = false;
      if (!hasFiles(event)) return;
      event.preventDefault();
      void openFiles(event.dataTransfer?.files ?? []);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
}

/** Keys that work everywhere but in fields. */
function useShortcuts(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (target.closest('dialog, textarea, input[type="search"], input[type="password"]') !== null) return;
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && !event.altKey && event.code === 'KeyZ') stepBack(event.shiftKey ? 'redo' : 'undo');
      else if (isCommand && !event.altKey && event.code === 'KeyY') stepBack('redo');
      else if (event.code === 'Slash' && !isCommand && !event.altKey && !event.shiftKey) {
        view.value = 'document';
        requestAnimationFrame(() => document.getElementById(searchFieldId)?.focus());
      } else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
