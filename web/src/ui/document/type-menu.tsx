/** The list of types beside the words selected or the entity chosen. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { chooseType, chosen, chosenEntity, rangeOf, selection, typeMenu } from '../../state/correction.ts';
import { activeDocument } from '../../state/documents.ts';
import { nameOf, words } from '../../state/settings.ts';
import { sortTypes } from '../../words/types.ts';
import { TypeSwatch } from '../type-badge.tsx';
import { rangeOfWords } from './places.ts';

/** Distance to the words and to the edges of the window, in pixels. */
const distance = 8;

/** The box of what the menu is about. */
function anchorBox(): DOMRect | undefined {
  const document = activeDocument.value;
  const range = selection.value;
  const entity = chosenEntity.value;
  if (document === undefined) return undefined;
  if (range !== undefined)
    return rangeOfWords(document, range.sentence, ...rangeOf(range))?.getBoundingClientRect();
  if (entity === undefined) return undefined;
  return rangeOfWords(
    document,
    chosen.value!.sentence,
    entity.words[0]!,
    entity.words.at(-1)! + 1,
  )?.getBoundingClientRect();
}

/** The menu, while it is open. @param onLeave gives the focus back to the document */
export function TypeMenu({ onLeave }: { onLeave(): void }) {
  const own = useRef<HTMLDivElement>(null);
  const mode = typeMenu.value;
  const isOpen = mode !== 'closed' && (selection.value !== undefined || chosenEntity.value !== undefined);
  useLayoutEffect(() => {
    const menu = own.current;
    const box = isOpen ? anchorBox() : undefined;
    if (menu === null || box === undefined) return;
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = box.bottom + distance;
    const top = below + height < innerHeight ? below : Math.max(distance, box.top - height - distance);
    const left = Math.max(distance, Math.min(box.left, innerWidth - width - distance));
    menu.style.top = `${top}px`;
    menu.style.left = `${left}px`;
  });
  // Before it is painted: the next key belongs to the menu already.
  useLayoutEffect(() => {
    if (mode !== 'keyboard') return;
    const menu = own.current;
    (menu?.querySelector<HTMLElement>('[data-current]') ?? menu?.querySelector('button'))?.focus();
  }, [mode]);
  if (!isOpen) return null;
  const w = words.value;
  const current = chosenEntity.value?.type;
  const types = sortTypes(activeDocument.value?.result.types ?? []);
  const rows = Math.ceil(types.length / 2);
  const leave = (): void => {
    typeMenu.value = 'closed';
    onLeave();
  };
  return (
    <div
      ref={own}
      class="type-menu"
      role="menu"
      tabIndex={-1}
      style={{ gridTemplateRows: `repeat(${rows}, auto)` }}
      aria-label={current === undefined ? w.addAsTitle : w.changeTypeTitle}
      onKeyDown={(event) => moveInMenu(event, rows, leave)}
    >
      {types.map((type, i) => (
        <button
          key={type}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={type === current ? 'current' : ''}
          data-current={type === current ? '' : undefined}
          aria-keyshortcuts={i < 9 ? String(i + 1) : undefined}
          onClick={() => {
            chooseType(type);
            onLeave();
          }}
        >
          <TypeSwatch type={type} />
          <span class="name">{nameOf(type)}</span>
          {i < 9 && <kbd>{i + 1}</kbd>}
        </button>
      ))}
    </div>
  );
}

/** Arrows move, a digit or a first letter chooses or finds, Escape leaves. */
function moveInMenu(event: KeyboardEvent, rows: number, leave: () => void): void {
  const menu = event.currentTarget as HTMLElement;
  const buttons = [...menu.querySelectorAll<HTMLButtonElement>('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    ArrowRight: Math.min(buttons.length - 1, at + rows),
    ArrowLeft: Math.max(0, at - rows),
    Home: 0,
    End: buttons.length - 1,
  };
  const move = moves[event.key];
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (event.key === 'Escape' || event.key === 'Tab') leave();
  else if (move !== undefined) buttons[(move + buttons.length) % buttons.length]?.focus();
  else if (digit !== undefined) buttons[Number(digit) - 1]?.click();
  else if (event.key.length === 1 && event.key.trim() !== '') {
    const key = event.key.toLowerCase();
    const rest = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)];
    rest.find((button) => button.textContent.trim().toLowerCase().startsWith(key))?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
