/** All settings as a table for people, made from the schema. */
import { z } from 'zod';
import { settingsSchema } from './schema.ts';

interface Property {
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** What can be given: the choices, or the kind of value. */
function valuesOf({ enum: choices, type = '' }: Property): string {
  return choices === undefined ? type : choices.map((choice) => `\`${choice}\``).join(' or ');
}

/** Markdown: one row for each setting, in the order of the schema. */
export function settingsTable(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' });
  const rows = Object.entries(properties as Record<string, Property>).map(([name, property]) => {
    const standard = property.default === undefined ? '–' : `\`${JSON.stringify(property.default)}\``;
    return `| \`${name}\` | ${valuesOf(property)} | ${standard} | ${property.description ?? ''} |`;
  });
  return ['| setting | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
