/** The document: its text with entities, and everything that marks places in it. */
import { useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { chunkItems } from '../../document/page-document.ts';
import type { Item } from '../../document/types.ts';
import { chosen, chosenEntity, rangeOf, selectedText, selection } from '../../state/correction.ts';
import { activeDocument } from '../../state/documents.ts';
import { labels, language, nameOf, words } from '../../state/settings.ts';
import { filter, hitIndex, hits, jump, shownItems, shownLists } from '../../state/view.ts';
import { Chunk } from './chunk.tsx';
import { EditBar } from './edit-bar.tsx';
import { markEntities } from './entity-marks.ts';
import { mark } from './highlights.ts';
import { pressKey } from './keyboard.ts';
import { rangeOfText, rangeOfWords, type WordPlace, wordAtPoint } from './places.ts';
import { click, releasePointer, snapSelection } from './pointer.ts';
import { scrollToRange } from './scroll.ts';
import { leavePointer, pointAt, Tooltip } from './tooltip.tsx';
import { TypeMenu } from './type-menu.tsx';

/** The view. */
export function DocumentView() {
  const scroller = useRef<HTMLDivElement>(null);
  const article = useRef<HTMLElement>(null);
  const document = activeDocument.value;
  useMarks();
  useJumps(article);
  useTouchSelection();
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [document, filter.value.section, filter.value.page]);
  if (document === undefined) return null;
  const firstVisible = (): WordPlace | undefined => {
    const box = scroller.current!.getBoundingClientRect();
    for (let y = box.top + 20; y < box.bottom; y += 20) {
      const found = wordAtPoint(document, box.left + box.width / 2, y);
      if (found !== undefined) return found;
    }
    return { sentence: 0, word: 0 };
  };
  return (
    <div class="document-view">
      <div class="scroller" ref={scroller} onScroll={leavePointer}>
        <article
          ref={article}
          class="text"
          lang="ru"
          data-labels={labels.value}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the text is edited by keyboard
          tabIndex={0}
          aria-label={words.value.documentLabel(document.result.name)}
          onKeyDown={(event) => pressKey(event, firstVisible)}
          onPointerUp={(event) => releasePointer(event, document)}
          onPointerOver={({ target, pointerType }) => {
            if (pointerType === 'mouse') pointAt(target);
          }}
          onPointerLeave={leavePointer}
          onClick={(event) => {
            const isTouch = (event as unknown as PointerEvent).pointerType === 'touch';
            if (isTouch && getSelection()?.isCollapsed !== false) click(event, document);
          }}
          onCopy={(event) => {
            if (selection.value === undefined || getSelection()?.isCollapsed === false) return;
            event.clipboardData?.setData('text/plain', selectedText.value);
            event.preventDefault();
          }}
        >
          <Chunks />
        </article>
      </div>
      <EditBar />
      <TypeMenu onLeave={() => article.current?.focus({ preventScroll: true })} />
      <Tooltip />
    </div>
  );
}

function Chunks() {
  const document = activeDocument.value;
  const chunks = useComputed(() =>
    activeDocument.value === undefined ? [] : chunkItems(shownItems.value, activeDocument.value.result),
  );
  if (document === undefined) return null;
  const pageBefore = (i: number): number | undefined => lastPage(chunks.value[i - 1]);
  return (
    <>
      {chunks.value.map((items, i) => (
        <Chunk
          key={items[0]!.from}
          document={document}
          items={items}
          lists={shownLists.value}
          language={language.value}
          words={words.value}
          pageBefore={pageBefore(i)}
          nameOf={nameOf}
        />
      ))}
    </>
  );
}

const lastPage = (items: readonly Item[] | undefined): number | undefined =>
  items?.findLast(({ page }) => page !== undefined)?.page;

/** After the elements were drawn. */
const afterDrawing = (act: () => void): void => {
  requestAnimationFrame(act);
};

/** Keeps the marks in step with what is selected, chosen and found. */
function useMarks(): void {
  useSignalEffect(() => {
    const document = activeDocument.value;
    const range = selection.value;
    void shownLists.value;
    afterDrawing(() => {
      const own =
        document === undefined || range === undefined
          ? undefined
          : rangeOfWords(document, range.sentence, ...rangeOf(range));
      mark('words', [own]);
      if (own !== undefined) scrollToRange(own, 'nearest');
    });
  });
  useSignalEffect(() => {
    const id = chosenEntity.value === undefined ? undefined : chosen.value?.id;
    void shownLists.value;
    afterDrawing(() => {
      markEntities('data-chosen', id === undefined ? [] : [id]);
      const document = activeDocument.value;
      const entity = chosenEntity.value;
      if (document === undefined || entity === undefined) return;
      const [first] = entity.words;
      const range = rangeOfWords(document, chosen.value!.sentence, first!, first! + 1);
      if (range !== undefined) scrollToRange(range, 'nearest');
    });
  });
  useSignalEffect(() => {
    const found = hits.value;
    const at = hitIndex.value;
    void shownLists.value;
    void shownItems.value;
    afterDrawing(() => {
      const ranges = found.map(({ sentence, start, end }) => rangeOfText(sentence, start, end));
      mark('found', ranges);
      mark('hit', [ranges[at]]);
    });
  });
}

/** Milliseconds for which a place is marked that was jumped to. */
const flashTime = 1600;

/** Goes to places that other views point to. */
function useJumps(article: { readonly current: HTMLElement | null }): void {
  useSignalEffect(() => {
    const place = jump.value;
    if (place === undefined) return;
    afterDrawing(() => {
      const document = activeDocument.value;
      if (document === undefined) return;
      const { sentence, words: indices, text } = place;
      const length = document.result.sentences[sentence]?.sentence.length ?? 0;
      const range =
        text !== undefined
          ? rangeOfText(sentence, ...text)
          : rangeOfWords(document, sentence, indices?.[0] ?? 0, (indices?.at(-1) ?? length - 1) + 1);
      if (range === undefined) return;
      scrollToRange(range, 'center');
      if (text !== undefined) return; // it is marked as found
      if (place.focus === true) article.current?.focus({ preventScroll: true });
      mark('flash', [range]);
      setTimeout(() => mark('flash', []), flashTime);
    });
  });
}

/** Words selected by touch, with the handles of the system. */
function useTouchSelection(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isTouch = false;
    const onPointer = ({ pointerType }: PointerEvent): void => {
      isTouch = pointerType === 'touch';
    };
    const onSelection = (): void => {
      clearTimeout(timer);
      if (!isTouch) return;
      timer = setTimeout(() => {
        const document = activeDocument.value;
        const node = getSelection()?.anchorNode;
        const element = node instanceof Element ? node : node?.parentElement;
        if (document !== undefined && element?.closest('.text') != null) snapSelection(document);
      }, 350);
    };
    addEventListener('pointerdown', onPointer, true);
    globalThis.document.addEventListener('selectionchange', onSelection);
    return () => {
      removeEventListener('pointerdown', onPointer, true);
      globalThis.document.removeEventListener('selectionchange', onSelection);
    };
  }, []);
}
