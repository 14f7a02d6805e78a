/** A type's name on its colour. */
import { nameOf } from '../state/settings.ts';
import { typeClass } from '../style/type-colors.ts';

/** The badge of a type. */
export const TypeBadge = ({ type }: { readonly type: string }) => (
  <span class={`badge ${typeClass(type)}`}>{nameOf(type)}</span>
);

/** The colour of a type, beside its name. */
export const TypeSwatch = ({ type }: { readonly type: string }) => (
  <span class={`swatch ${typeClass(type)}`} aria-hidden="true" />
);
