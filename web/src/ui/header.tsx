/** The head of the page: name, export, language, colours. */
import { finishedDocuments } from '../state/documents.ts';
import { language, theme, words } from '../state/settings.ts';
import { exportOpen } from './export-dialog.tsx';
import { Icon } from './icons.tsx';

/** The head. */
export function Header() {
  const w = words.value;
  return (
    <header class="head">
      <h1>
        <img src="./icon.svg" alt="" width={24} height={24} />
        <span class="brand">{w.brand}</span>
        <span class="subtitle">{w.title}</span>
      </h1>
      <div class="head-actions">
        {finishedDocuments.value.length > 0 && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              exportOpen.value = true;
            }}
          >
            <Icon name="download" /> {w.export}
          </button>
        )}
        <div class="switch" role="group" aria-label={w.language}>
          {(['ru', 'en'] as const).map((code) => (
            <button
              key={code}
              type="button"
              lang={code}
              aria-pressed={language.value === code}
              title={code === 'ru' ? 'Русский' : 'English'}
              onClick={() => {
                language.value = code;
              }}
            >
              {code === 'ru' ? 'Рус' : 'Eng'}
            </button>
          ))}
        </div>
        <label class="theme">
          <span class="hidden">{w.theme}</span>
          <select
            value={theme.value}
            onChange={({ currentTarget }) => {
              theme.value = currentTarget.value as typeof theme.value;
            }}
          >
            {(['auto', 'light', 'dark'] as const).map((name) => (
              <option key={name} value={name}>
                {w.themes[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  );
}
