/** Writes the table of `docs/settings.md` from the schema. */
import { readFileSync, writeFileSync } from 'node:fs';
import './setup.mjs';

const { settingsTable } = await import('../dist/config/describe.js');
const path = new URL('../docs/settings.md', import.meta.url);
const text = readFileSync(path, 'utf8');
const start = text.includes('|') ? text.slice(0, text.indexOf('|')) : text;
writeFileSync(path, `${start}${settingsTable()}\n`);
