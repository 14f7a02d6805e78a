/** Where documents come in: files dropped or chosen, text pasted, an example. */
import { useId, useRef, useState } from 'preact/hooks';
import { chosenModel, engineProblem, models, openInputs, retryEngine } from '../state/documents.ts';
import { openFiles, openText } from '../state/open-files.ts';
import { sampleText } from '../state/sample.ts';
import { formatScore, words } from '../state/settings.ts';
import { Icon } from './icons.tsx';

/** File names that the chooser offers. */
const accepted = '.pdf,.docx,.html,.htm,.xhtml,.md,.markdown,.txt,.text,.json';

/** The forms. @param onOpened hears that something was opened */
export function Intake({ onOpened }: { readonly onOpened?: () => void }) {
  const w = words.value;
  const chooser = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const textId = useId();
  const submit = (): void => {
    if (text.trim() === '') return;
    openText(text);
    setText('');
    onOpened?.();
  };
  return (
    <div class="intake">
      <EngineNotice />
      <div class="intake-forms">
        <section class="drop" aria-label={w.chooseFiles}>
          <Icon name="upload" />
          <p class="drop-title">{w.drop}</p>
          <p class="dim">{w.or}</p>
          <button type="button" class="primary" onClick={() => chooser.current?.click()}>
            {w.chooseFiles}
          </button>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            accept={accepted}
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              currentTarget.value = '';
              void openFiles(files);
              if (files.length > 0) onOpened?.();
            }}
          />
          <p class="dim small">{w.formats}</p>
        </section>
        <form
          class="paste"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <label for={textId}>{w.paste}</label>
          <textarea
            id={textId}
            rows={8}
            lang="ru"
            placeholder={w.pastePlaceholder}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
            }}
          />
          <div class="row">
            <button type="submit" class="primary" disabled={text.trim() === ''} title="Ctrl + Enter">
              {w.analyze}
            </button>
            <button
              type="button"
              onClick={() => {
                openInputs([{ name: `${w.sampleName}.md`, text: sampleText }]);
                onOpened?.();
              }}
            >
              {w.sample}
            </button>
          </div>
        </form>
      </div>
      <ModelChoice />
      <p class="dim small">{import.meta.env.MODE === 'browser' ? w.privacyBrowser : w.privacyServer}</p>
    </div>
  );
}

/** That nothing can be opened, and why. */
function EngineNotice() {
  const problem = engineProblem.value;
  const w = words.value;
  if (problem === undefined) return null;
  return (
    <div class="problem" role="alert">
      <strong>{w.engineFailed}</strong>
      <p>{problem.message}</p>
      <p>{w.errorHints[problem.code] ?? problem.hint}</p>
      <button type="button" onClick={() => void retryEngine()}>
        {w.retry}
      </button>
    </div>
  );
}

function ModelChoice() {
  const id = useId();
  const w = words.value;
  if (models.value.length < 2) return null;
  return (
    <div class="row model-choice">
      <label for={id}>{w.model}</label>
      <select
        id={id}
        value={chosenModel.value}
        onChange={({ currentTarget }) => {
          chosenModel.value = currentTarget.value;
        }}
      >
        {models.value.map(({ name, f1, default: isDefault }) => (
          <option key={name} value={isDefault ? '' : name}>
            {name}
            {f1 === null ? '' : ` · F1 ${formatScore.value(f1)}`}
            {isDefault ? ` · ${w.modelDefault}` : ''}
          </option>
        ))}
      </select>
    </div>
  );
}
