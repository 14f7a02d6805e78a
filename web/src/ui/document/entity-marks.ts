/** Marks all parts of an entity at once: the one pointed at, the one chosen. */

/** The mark as an attribute of the parts. */
export type EntityMark = 'data-hovered' | 'data-chosen';

/** The parts that are marked: a long document is not searched for them. */
const marked: Record<EntityMark, Element[]> = { 'data-hovered': [], 'data-chosen': [] };

/** Marks the parts of exactly these entities, given by their ids. */
export function markEntities(mark: EntityMark, ids: readonly string[]): void {
  for (const element of marked[mark]) element.removeAttribute(mark);
  marked[mark] = ids.flatMap((id) => {
    const sentence = document.getElementById(`s${id.slice(0, id.indexOf('.'))}`);
    return [...(sentence?.querySelectorAll(`[data-e~="${id}"]`) ?? [])];
  });
  for (const element of marked[mark]) element.setAttribute(mark, '');
}
