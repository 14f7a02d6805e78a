/** Marks all parts of an entity at once: the one pointed at, the one chosen. */

/** The mark as an attribute of the parts. */
export type EntityMark = 'data-hovered' | 'data-chosen';

/** Marks the parts of exactly these entities, given by their ids. */
export function markEntities(mark: EntityMark, ids: readonly string[]): void {
  for (const element of document.querySelectorAll(`[${mark}]`)) element.removeAttribute(mark);
  for (const id of ids) {
    const sentence = document.getElementById(`s${id.slice(0, id.indexOf('.'))}`);
    for (const element of sentence?.querySelectorAll(`[data-e~="${id}"]`) ?? [])
      element.setAttribute(mark, '');
  }
}
