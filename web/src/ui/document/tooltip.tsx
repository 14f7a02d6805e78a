/** What the entities under the pointer are. */
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { stateOf } from '../../correct/changes.ts';
import { abbreviationsIn } from '../../document/abbreviations.ts';
import { readEntity } from '../../document/sentence-text.ts';
import type { PageDocument, PageEntity } from '../../document/types.ts';
import { typeMenu } from '../../state/correction.ts';
import { activeDocument, activeLists } from '../../state/documents.ts';
import { formatScore, words } from '../../state/settings.ts';
import { TypeBadge } from '../type-badge.tsx';
import { markEntities } from './entity-marks.ts';

interface Hovered {
  readonly sentence: number;
  /** The innermost first. */
  readonly ids: readonly string[];
  readonly box: DOMRect;
}

const hovered = signal<Hovered | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;
/** Milliseconds that the pointer rests before the names come. */
const rest = 250;

/** The pointer went over an element of the document. */
export function pointAt(target: EventTarget | null): void {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-e]') : null;
  const ids = element?.dataset.e?.split(' ') ?? [];
  clearTimeout(timer);
  if (element === null || ids.length === 0) {
    leavePointer();
    return;
  }
  markEntities('data-hovered', [element.dataset.inner ?? ids[0]!]);
  const sentence = Number(ids[0]!.slice(0, ids[0]!.indexOf('.')));
  timer = setTimeout(() => {
    hovered.value = { sentence, ids, box: element.getBoundingClientRect() };
  }, rest);
}

/** The pointer is elsewhere. */
export function leavePointer(): void {
  clearTimeout(timer);
  markEntities('data-hovered', []);
  hovered.value = undefined;
}

/** The names; the same is told to screen readers by the names of types in the text. */
export function Tooltip() {
  const own = useRef<HTMLDivElement>(null);
  const now = hovered.value;
  useLayoutEffect(() => {
    const tip = own.current;
    if (tip === null || now === undefined) return;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const above = now.box.top - height - 6;
    tip.style.top = `${above > 4 ? above : now.box.bottom + 6}px`;
    tip.style.left = `${Math.max(4, Math.min(now.box.left, innerWidth - width - 4))}px`;
  });
  const document = activeDocument.value;
  if (now === undefined || document === undefined || typeMenu.value !== 'closed') return null;
  const list = activeLists.value[now.sentence] ?? [];
  const entities = now.ids.flatMap((id) => list.filter((entity) => entity.id === id));
  if (entities.length === 0) return null;
  return (
    <div ref={own} class="tooltip" aria-hidden="true">
      {entities.map((entity) => (
        <TooltipLine key={entity.id} entity={entity} sentence={now.sentence} />
      ))}
      {explained(entities, document, now.sentence).map(([abbreviation, meaning]) => (
        <div key={abbreviation} lang="ru">
          {abbreviation} – {meaning}
        </div>
      ))}
    </div>
  );
}

/** The abbreviations in entities that the document explains. */
function explained(entities: readonly PageEntity[], { result }: PageDocument, sentence: number) {
  const { text, sentences, abbreviations } = result;
  const texts = entities.map(({ words: own }) => readEntity(text, sentences[sentence]!, own));
  return abbreviationsIn(texts.join(' '), abbreviations);
}

function TooltipLine({ entity, sentence }: { readonly entity: PageEntity; readonly sentence: number }) {
  const { result, found } = activeDocument.value!;
  const w = words.value;
  const state = stateOf(entity, found[sentence] ?? []);
  return (
    <div>
      <TypeBadge type={entity.type} />
      <span lang="ru">{readEntity(result.text, result.sentences[sentence]!, entity.words)}</span>
      <span class="dim nowrap">{state === 'found' ? formatScore.value(entity.score) : w.states[state]}</span>
    </div>
  );
}
