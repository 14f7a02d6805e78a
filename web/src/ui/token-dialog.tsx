/** The dialog that asks for the service's token. */
import { signal } from '@preact/signals';
import { useId, useState } from 'preact/hooks';
import { words } from '../state/settings.ts';
import { Dialog } from './dialog.tsx';

interface Question {
  readonly wrong: boolean;
  answer(token: string | undefined): void;
}

const question = signal<Question | undefined>(undefined);

/** Asks the user. @param wrong whether a token was refused @returns undefined when none is given */
export const askToken = (wrong: boolean): Promise<string | undefined> =>
  new Promise((resolve) => {
    question.value = {
      wrong,
      answer: (token) => {
        question.value = undefined;
        resolve(token);
      },
    };
  });

/** The dialog, while there is a question. */
export function TokenDialog() {
  const w = words.value;
  const id = useId();
  const [token, setToken] = useState('');
  const asked = question.value;
  if (asked === undefined) return null;
  return (
    <Dialog title={w.tokenTitle} onClose={() => asked.answer(undefined)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') asked.answer(token.trim());
        }}
      >
        <p>{w.tokenText}</p>
        {asked.wrong && (
          <p class="bad" role="alert">
            {w.tokenWrong}
          </p>
        )}
        <div class="field">
          <label for={id}>{w.token}</label>
          <input
            id={id}
            type="password"
            autocomplete="off"
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </div>
        <div class="row end">
          <button type="button" onClick={() => asked.answer(undefined)}>
            {w.cancel}
          </button>
          <button type="submit" class="primary">
            {w.enter}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
