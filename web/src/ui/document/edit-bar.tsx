/** The bar under the document: what is chosen, what can be done with it, undo. */
import { signal } from '@preact/signals';
import type { EdgeMove } from '../../correct/changes.ts';
import { stateOf } from '../../correct/changes.ts';
import {
  addingPart,
  canRedo,
  canUndo,
  changeCounts,
  chosen,
  chosenEntity,
  chosenText,
  clearChoice,
  joinPart,
  moveChosenEdge,
  removeChosen,
  selectedText,
  selection,
  stepBack,
  toggleAddingPart,
  typeMenu,
} from '../../state/correction.ts';
import { activeDocument } from '../../state/documents.ts';
import { formatScore, words } from '../../state/settings.ts';
import { Dialog } from '../dialog.tsx';
import { Icon, type IconName } from '../icons.tsx';
import { TypeBadge } from '../type-badge.tsx';

const keysOpen = signal(false);

/** The bar. */
export function EditBar() {
  const w = words.value;
  return (
    <div class="edit-bar" role="toolbar" aria-label={w.columns.state}>
      <div class="edit-what">
        {chosenEntity.value !== undefined ? (
          <ChosenActions />
        ) : selection.value !== undefined ? (
          <SelectionActions />
        ) : (
          <span class="dim hint">{w.correctHint}</span>
        )}
      </div>
      {chosenEntity.value === undefined && <ChangeCounts />}
      <div class="edit-history">
        <IconButton icon="undo" name={w.undo} disabled={!canUndo.value} act={() => stepBack('undo')} />
        <IconButton icon="redo" name={w.redo} disabled={!canRedo.value} act={() => stepBack('redo')} />
        <IconButton
          icon="keyboard"
          name={w.keysTitle}
          act={() => {
            keysOpen.value = true;
          }}
        />
      </div>
      {keysOpen.value && <KeysDialog />}
    </div>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly name: string;
  readonly disabled?: boolean;
  act(): void;
}

const IconButton = ({ icon, name, disabled = false, act }: IconButtonProps) => (
  <button type="button" class="icon-button" aria-label={name} title={name} disabled={disabled} onClick={act}>
    <Icon name={icon} />
  </button>
);

function ChangeCounts() {
  const { added, changed, removed } = changeCounts.value;
  const w = words.value;
  if (added + changed + removed === 0) return null;
  return (
    <span class="dim small changes">
      {w.corrections(added, changed, removed)} · {w.autosaved}
    </span>
  );
}

function SelectionActions() {
  const w = words.value;
  return (
    <>
      <q class="chosen-text" lang="ru">
        {selectedText.value}
      </q>
      <button
        type="button"
        class="primary"
        onClick={() => {
          typeMenu.value = 'keyboard';
        }}
      >
        {w.addAs}
      </button>
      <IconButton icon="close" name={w.close} act={clearChoice} />
    </>
  );
}

const edges: readonly (readonly [EdgeMove, IconName])[] = [
  ['grow-left', 'left'],
  ['shrink-left', 'right'],
  ['shrink-right', 'left'],
  ['grow-right', 'right'],
];

function ChosenActions() {
  const w = words.value;
  const entity = chosenEntity.value!;
  const state = stateOf(entity, activeDocument.value?.found[chosen.value!.sentence] ?? []);
  const edgeButton = ([move, icon]: (typeof edges)[number]) => (
    <IconButton key={move} icon={icon} name={w.edges[move]} act={() => moveChosenEdge(move)} />
  );
  if (addingPart.value) {
    return (
      <>
        <span class="hint">{w.partHint}</span>
        <q class="chosen-text" lang="ru">
          {selectedText.value}
        </q>
        <button type="button" class="primary" onClick={joinPart}>
          {w.joinPart}
        </button>
        <button type="button" onClick={toggleAddingPart}>
          {w.cancel}
        </button>
      </>
    );
  }
  return (
    <>
      <TypeBadge type={entity.type} />
      <q class="chosen-text" lang="ru" title={chosenText.value}>
        {chosenText.value}
      </q>
      <span class="dim small nowrap">
        {state === 'found' ? `${w.score} ${formatScore.value(entity.score)}` : w.states[state]}
      </span>
      <button
        type="button"
        onClick={() => {
          typeMenu.value = 'keyboard';
        }}
      >
        {w.changeType}…
      </button>
      <span class="edge-group" role="group" aria-label={w.leftEdge} title={w.leftEdge}>
        <span aria-hidden="true">{w.left}</span>
        {edges.slice(0, 2).map(edgeButton)}
      </span>
      <span class="edge-group" role="group" aria-label={w.rightEdge} title={w.rightEdge}>
        <span aria-hidden="true">{w.right}</span>
        {edges.slice(2).map(edgeButton)}
      </span>
      <button type="button" onClick={toggleAddingPart}>
        <Icon name="plus" /> {w.addPart}
      </button>
      <button type="button" onClick={removeChosen}>
        <Icon name="trash" /> {w.remove}
      </button>
      <IconButton icon="close" name={w.close} act={clearChoice} />
    </>
  );
}

function KeysDialog() {
  const w = words.value;
  return (
    <Dialog
      title={w.keysTitle}
      onClose={() => {
        keysOpen.value = false;
      }}
    >
      <dl class="keys">
        {w.keys.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
