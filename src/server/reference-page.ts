/** A readable page made from the API description: no scripts, nothing from elsewhere, both themes. */
import type { ApiDescription, ApiOperation, ApiSchema } from './openapi.ts';
import { describeKind, type ProblemCode, problemKinds } from './problems.ts';
import { referenceStyle } from './reference-style.ts';

/** The whole page. */
export function renderReference({ info, paths, components }: ApiDescription): string {
  const schemas = components?.schemas ?? {};
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''))];
  const groups = tags.map((tag) => ({
    tag,
    own: operations.filter(({ operation }) => (operation.tags?.[0] ?? '') === tag),
  }));
  const contents = groups.map(({ tag, own }) => {
    const links = own.map(
      ({ method, path }) => `<li><a href="#${anchor(method, path)}">${verb(method)} ${code(path)}</a>`,
    );
    return `<li><strong>${text(tag)}</strong><ul>${links.join('')}</ul>`;
  });
  const sections = groups.map(
    ({ tag, own }) =>
      `<section><h2 id="${text(tag)}">${text(tag)}</h2>${own.map((entry) => renderOperation(entry)).join('')}</section>`,
  );
  const shapes = Object.entries(schemas).map(([name, schema]) => renderSchema(name, schema));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(info.title)} – reference</title>
<link rel="icon" href="data:,">
<style>${referenceStyle}</style>
<nav aria-label="Contents"><p><a href="/">${text(info.title)}</a> ${text(info.version)}</p>
<ul>${contents.join('')}<li><a href="#shapes">Shapes</a><li><a href="#problems">Problems</a>
<li><a href="/api/openapi.json">OpenAPI 3.1</a></ul></nav>
<main><h1>Reference</h1><p>${prose(info.description ?? '')}</p>${example}
${sections.join('')}
<section><h2 id="shapes">Shapes</h2>${shapes.join('')}</section>
<section><h2 id="problems">Problems</h2><p>An error answer has the content type ${code('application/problem+json')}. Readers of
documents have codes of their own, which come with the status 422.</p>${problemTable()}</section>
</main></html>
`;
}

const example = `<h2>For example</h2><pre><code>curl http://127.0.0.1:8080/api/extract -H 'Content-Type: application/json' \\
     -d '{"text": "Рекомендуется цитарабин 100 мг/м2.", "types": ["drug", "dosage"]}'
curl http://127.0.0.1:8080/api/extract -F file=@guideline.pdf -F output=csv
curl 'http://127.0.0.1:8080/api/jobs?name=guideline.pdf' \\
     -H 'Content-Type: application/pdf' --data-binary @guideline.pdf
curl -N http://127.0.0.1:8080/api/jobs/ID/events</code></pre>`;

function renderOperation(entry: { method: string; path: string; operation: ApiOperation }): string {
  const { method, path, operation } = entry;
  const parameters = operation.parameters ?? [];
  const parameterRows = parameters.map(({ name, in: place, required, description, schema }) => [
    `${code(name)}${required === true ? ' <em>required</em>' : ''}`,
    text(place === 'query' ? 'address' : place),
    typeOf(schema),
    prose(description ?? schema.description ?? ''),
  ]);
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => [
    code(type),
    typeOf(schema),
  ]);
  const answers = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const types = Object.entries(content ?? {}).map(
      ([type, { schema }]) => `${code(type)} ${typeOf(schema)}`,
    );
    return [`<strong>${text(status)}</strong>`, prose(description), types.join('<br>')];
  });
  return `<article><h3 id="${anchor(method, path)}">${verb(method)} ${code(path)}</h3>
<p><strong>${text(operation.summary ?? '')}.</strong> ${prose(operation.description ?? '')}</p>
${table('Parameters', ['Name', 'Where', 'Type', 'Meaning'], parameterRows)}
${table('Body', ['Content type', 'What it is'], bodies)}
${table('Answers', ['Status', 'Meaning', 'Content'], answers)}</article>`;
}

function renderSchema(name: string, schema: ApiSchema): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    `${code(key)}${required.has(key) ? '' : ' <em>optional</em>'}`,
    typeOf(property),
    prose(property.description ?? '') + exampleOf(property),
  ]);
  return `<article><h3 id="shape-${text(name)}">${text(name)}</h3>${table('', ['Field', 'Type', 'Meaning'], rows)}</article>`;
}

const exampleOf = ({ example: value }: ApiSchema): string =>
  value === undefined ? '' : ` <span class="example">for example ${code(JSON.stringify(value))}</span>`;

function problemTable(): string {
  const names = Object.keys(problemKinds) as ProblemCode[];
  const rows = names.map((name) => [
    `<span id="${name}">${code(name)}</span>`,
    String(problemKinds[name].status),
    prose(describeKind(name)),
  ]);
  return table('', ['Code', 'Status', 'Meaning'], rows);
}

/** A type in words, with links to named shapes. */
function typeOf(schema: ApiSchema): string {
  const { $ref, type, items, prefixItems, properties, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `<a href="#shape-${text(name)}">${text(name)}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(' ');
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(', ')}]`;
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([key, property]) => `${code(key)} ${typeOf(property)}`);
    return `object: ${fields.join(', ')}`;
  }
  if (typeof additionalProperties === 'object') return `map to ${typeOf(additionalProperties)}`;
  const name = [type ?? 'anything'].flat().join(' or ');
  return text(name) + boundsOf(schema);
}

function boundsOf({ format, minimum, maximum }: ApiSchema): string {
  if (format !== undefined) return ` (${text(format)})`;
  const isBound = (value: number | undefined): value is number =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  if (isBound(minimum) && isBound(maximum)) return ` from ${minimum} to ${maximum}`;
  return isBound(minimum) ? `, ${minimum} or more` : '';
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((name) => `<th scope="col">${name}`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}`).join('')}`).join('\n');
  const title = caption === '' ? '' : `<caption>${caption}</caption>`;
  return `<div class="table"><table>${title}<thead><tr>${head}</thead><tbody>${body}</tbody></table></div>`;
}

const verb = (method: string): string => `<span class="verb ${method}">${method.toUpperCase()}</span>`;
const anchor = (method: string, path: string): string => method + path.replace(/\W+/g, '-');
const code = (value: string): string => `<code>${text(value)}</code>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = (value: string): string => value.replace(/[&<>"]/g, (sign) => entities[sign]!);

/** Text with `code` in it. */
const prose = (value: string): string => text(value).replace(/`([^`]+)`/g, '<code>$1</code>');
