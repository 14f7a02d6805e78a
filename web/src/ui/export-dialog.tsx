/** The dialog that saves results. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { FormatName } from '../../../src/export/exporters.ts';
import type { RecommendationFormat } from '../../../src/export/recommendations.ts';
import type { TrainingChoice } from '../correct/corrected-result.ts';
import { isFiltering } from '../document/filter.ts';
import { notify } from '../state/announce.ts';
import { active, finishedDocuments } from '../state/documents.ts';
import {
  exportEntities,
  exportRecommendations,
  exportTraining,
  type SavedFile,
  saveFile,
} from '../state/export-files.ts';
import { language, words } from '../state/settings.ts';
import { filter } from '../state/view.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

/** Whether it is open. */
export const exportOpen = signal(false);

type Kind = 'entities' | 'training' | 'recommendations';
const kinds: readonly Kind[] = ['entities', 'training', 'recommendations'];

/** What is chosen; kept while the page is open. */
const kind = signal<Kind>('entities');
const entityFormat = signal<FormatName>('json');
const recommendationFormat = signal<RecommendationFormat>('csv');
const ofAll = signal(false);
const onlyFiltered = signal(false);
const emptySentences = signal(false);
const trainingChoice = signal<TrainingChoice>('all');
const delimiter = signal<',' | ';' | undefined>(undefined);

const chosenDelimiter = (): ',' | ';' => delimiter.value ?? (language.value === 'ru' ? ';' : ',');

function makeFile(): Promise<SavedFile> | SavedFile {
  const documents = finishedDocuments.value.filter(({ key }) => ofAll.value || key === active.value?.key);
  if (kind.value === 'training') return exportTraining(documents, trainingChoice.value);
  if (kind.value === 'recommendations') {
    return exportRecommendations(documents, recommendationFormat.value, chosenDelimiter());
  }
  return exportEntities({
    documents,
    format: entityFormat.value,
    all: emptySentences.value,
    delimiter: chosenDelimiter(),
    language: language.value,
    ...(onlyFiltered.value ? { filter: filter.value } : {}),
  });
}

/** The dialog, while it is open. */
export function ExportDialog() {
  const w = words.value;
  const [message, setMessage] = useState('');
  if (!exportOpen.value) return null;
  const close = (): void => {
    exportOpen.value = false;
    setMessage('');
  };
  const save = async (): Promise<void> => {
    try {
      const file = await makeFile();
      if (file.count === 0) {
        setMessage(w.nothingToExport);
        return;
      }
      saveFile(file);
      notify([w.saved(file.name), file.lost > 0 ? w.lost(file.lost) : ''].filter(Boolean).join('. '));
      close();
    } catch (error) {
      setMessage(`${w.exportFailed}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <Dialog title={w.exportTitle} onClose={close}>
      <form
        class="export"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Choices
          legend={w.exportWhat}
          name="export-kind"
          values={kinds}
          value={kind.value}
          onChoose={(value) => {
            kind.value = value;
          }}
        >
          {(value) => (
            <span>
              {w.exportKinds[value]} <span class="dim small">– {w.exportKindHints[value]}</span>
            </span>
          )}
        </Choices>
        {kind.value === 'entities' && <EntityChoices />}
        {kind.value === 'training' && <TrainingChoices />}
        {kind.value === 'recommendations' && <RecommendationChoices />}
        {finishedDocuments.value.length > 1 && (
          <Choices
            legend={w.scope}
            name="export-scope"
            values={['active', 'all'] as const}
            value={ofAll.value ? 'all' : 'active'}
            onChoose={(value) => {
              ofAll.value = value === 'all';
            }}
          >
            {(value) => w.scopes[value]}
          </Choices>
        )}
        <p class="bad" role="alert">
          {message}
        </p>
        <div class="row end">
          <button type="button" onClick={close}>
            {w.cancel}
          </button>
          <button type="submit" class="primary">
            <Icon name="download" /> {w.download}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChoicesProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly values: readonly T[];
  readonly value: T;
  onChoose(value: T): void;
  children(value: T): ComponentChildren;
}

function Choices<T extends string>({ legend, name, values, value, onChoose, children }: ChoicesProps<T>) {
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      {values.map((own) => (
        <label key={own} class="check">
          <input type="radio" name={name} checked={own === value} onChange={() => onChoose(own)} />
          {children(own)}
        </label>
      ))}
    </fieldset>
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly names: Readonly<Record<T, string>>;
  readonly value: T;
  onChoose(value: T): void;
}

function Select<T extends string>({ label, names, value, onChoose }: SelectProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value as T)}>
        {(Object.keys(names) as T[]).map((name) => (
          <option key={name} value={name}>
            {names[name]}
          </option>
        ))}
      </select>
    </div>
  );
}

const Delimiter = () => (
  <Select
    label={words.value.delimiter}
    names={words.value.delimiters}
    value={chosenDelimiter()}
    onChoose={(value) => {
      delimiter.value = value;
    }}
  />
);

function EntityChoices() {
  const w = words.value;
  return (
    <>
      <Select
        label={w.exportFormat}
        names={w.formatNames}
        value={entityFormat.value}
        onChoose={(value) => {
          entityFormat.value = value;
        }}
      />
      {entityFormat.value === 'csv' && <Delimiter />}
      {(entityFormat.value === 'json' || entityFormat.value === 'jsonl') && (
        <label class="check">
          <input
            type="checkbox"
            checked={emptySentences.value}
            onChange={({ currentTarget }) => {
              emptySentences.value = currentTarget.checked;
            }}
          />
          {w.emptySentences}
        </label>
      )}
      {isFiltering(filter.value) && (
        <label class="check">
          <input
            type="checkbox"
            checked={onlyFiltered.value}
            onChange={({ currentTarget }) => {
              onlyFiltered.value = currentTarget.checked;
            }}
          />
          {w.onlyFiltered}
        </label>
      )}
    </>
  );
}

function TrainingChoices() {
  const w = words.value;
  return (
    <>
      <Select
        label={w.trainingChoice}
        names={w.trainingChoices}
        value={trainingChoice.value}
        onChoose={(value) => {
          trainingChoice.value = value;
        }}
      />
      <p class="dim small">{w.trainingHint}</p>
    </>
  );
}

function RecommendationChoices() {
  const w = words.value;
  return (
    <>
      <Select
        label={w.exportFormat}
        names={w.recommendationFormats}
        value={recommendationFormat.value}
        onChoose={(value) => {
          recommendationFormat.value = value;
        }}
      />
      {recommendationFormat.value === 'csv' && <Delimiter />}
    </>
  );
}
