/** Scrolling to places in a text of which most was never laid out. */

/** Frames after which a place stays where it is: heights that were guessed have become known by then. */
const mostFrames = 8;
/** Distance that a place keeps from the edges, in pixels. */
const margin = 40;

/**
 * Scrolls until the range is seen.
 * @param where in the middle of the window, or only as far as needed
 */
export function scrollToRange(range: Range, where: 'center' | 'nearest'): void {
  const element =
    range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement;
  const scroller = element?.closest('.scroller');
  if (element == null || scroller == null) return;
  let frames = 0;
  const settle = (): void => {
    const view = scroller.getBoundingClientRect();
    const box = range.getBoundingClientRect();
    const isKnown = box.height > 0;
    const isSeen = isKnown && box.top >= view.top + margin && box.bottom <= view.bottom - margin;
    if (!isKnown) element.scrollIntoView({ block: 'center' });
    else if (!isSeen || (where === 'center' && frames === 0 && isFar(box, view))) {
      scroller.scrollTop += box.top - view.top - shiftFor(box, view, where);
    }
    frames++;
    if (frames < mostFrames) requestAnimationFrame(settle);
  };
  settle();
}

/** How far from the top the place should be. */
function shiftFor(box: DOMRect, view: DOMRect, where: 'center' | 'nearest'): number {
  if (where === 'center' || box.top < view.top - view.height || box.bottom > view.bottom + view.height) {
    return view.height * 0.4;
  }
  return box.top < view.top + margin ? margin : view.height - margin - box.height;
}

const isFar = (box: DOMRect, view: DOMRect): boolean =>
  box.top < view.top + view.height * 0.15 || box.bottom > view.bottom - view.height * 0.15;
