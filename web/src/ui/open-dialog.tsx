/** The dialog that opens further documents. */
import { signal } from '@preact/signals';
import { words } from '../state/settings.ts';
import { Dialog } from './dialog.tsx';
import { Intake } from './intake.tsx';

/** Whether it is open. */
export const openDialog = signal(false);

/** The dialog, while it is open. */
export function OpenDialog() {
  if (!openDialog.value) return null;
  const close = (): void => {
    openDialog.value = false;
  };
  return (
    <Dialog title={words.value.openDialog} onClose={close} class="wide">
      <Intake onOpened={close} />
    </Dialog>
  );
}
