/** Statistics: figures, charts by type, document and score, the most frequent entities. */
import { computed, signal } from '@preact/signals';
import { countStatistics, type Statistics } from '../document/statistics.ts';
import { active, activeDocument, finishedDocuments } from '../state/documents.ts';
import { formatNumber, formatScore, language, nameOf, words } from '../state/settings.ts';
import { filter } from '../state/view.ts';
import { sortTypes } from '../words/types.ts';
import { type Bar, BarChart, Figure, FigureTable, Histogram } from './charts.tsx';
import { TypeBadge, TypeSwatch } from './type-badge.tsx';

/** Whether all documents are counted, or the one that is shown. */
const ofAll = signal(false);

const statistics = computed((): Statistics => {
  const isAll = ofAll.value && finishedDocuments.value.length > 1;
  const counted = finishedDocuments.value.filter(({ key }) => isAll || key === active.value?.key);
  return countStatistics(counted, filter.value);
});

/** The view. */
export function StatisticsView() {
  const w = words.value;
  const own = statistics.value;
  return (
    <div class="scroller">
      <div class="statistics">
        {finishedDocuments.value.length > 1 && <ScopeChoice />}
        <Figures own={own} />
        {own.entities === 0 ? (
          <p class="empty">{w.noRows}</p>
        ) : (
          <div class="figures">
            <ByType own={own} />
            <div class="stack">
              <ByScore own={own} />
              {own.files.length > 1 && <ByFile own={own} />}
            </div>
            <Frequent own={own} />
          </div>
        )}
      </div>
    </div>
  );
}

function ScopeChoice() {
  const w = words.value;
  return (
    <fieldset class="row scope">
      <legend class="hidden">{w.statisticsScope}</legend>
      {[false, true].map((isAll) => (
        <label key={String(isAll)} class="check">
          <input
            type="radio"
            name="statistics-scope"
            checked={ofAll.value === isAll}
            onChange={() => {
              ofAll.value = isAll;
            }}
          />
          {isAll ? w.scopes.all : w.scopes.active}
        </label>
      ))}
    </fieldset>
  );
}

function Figures({ own }: { readonly own: Statistics }) {
  const w = words.value;
  const number = formatNumber.value;
  const skipped = Object.entries(activeDocument.value?.result.summary.skipped ?? {});
  const facts: readonly (readonly [string, string])[] = [
    [w.figures.entities, number(own.entities)],
    [w.figures.types, number(own.types.length)],
    [w.figures.nested, number(own.nested)],
    [w.figures.discontinuous, number(own.discontinuous)],
    [w.figures.sentences, number(own.sentences)],
    [w.figures.words, number(own.words)],
  ];
  return (
    <>
      <dl class="tiles">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {!ofAll.value && skipped.length > 0 && (
        <p class="dim small">
          {w.skipped}: {skipped.map(([kind, count]) => `${kind} ${number(count)}`).join(', ')}
        </p>
      )}
    </>
  );
}

function ByType({ own }: { readonly own: Statistics }) {
  const w = words.value;
  const number = formatNumber.value;
  const bars = own.types.map(
    ({ type, count }): Bar => ({
      label: nameOf(type),
      parts: [{ type, value: count, title: `${nameOf(type)}: ${number(count)}` }],
      note: number(count),
    }),
  );
  return (
    <Figure
      title={w.byType}
      chart={<BarChart bars={bars} label={w.byType} />}
      table={
        <FigureTable
          head={[w.columns.type, w.count, w.meanScore]}
          rows={own.types.map(({ type, count, meanScore }) => [
            nameOf(type),
            number(count),
            formatScore.value(meanScore),
          ])}
        />
      }
    />
  );
}

function ByScore({ own }: { readonly own: Statistics }) {
  const w = words.value;
  const number = formatNumber.value;
  const tenths = Array.from({ length: 10 }, (_, i) =>
    own.types.reduce((sum, { scores }) => sum + scores[i]!, 0),
  );
  const edges = Array.from({ length: 11 }, (_, i) => (i / 10).toLocaleString(language.value));
  return (
    <Figure
      title={w.byScore}
      note={w.scoreNote}
      chart={<Histogram values={tenths} edges={edges} label={w.byScore} />}
      table={
        <FigureTable
          head={[w.columns.score, w.count]}
          rows={tenths.map((value, i) => [`${edges[i]}–${edges[i + 1]}`, number(value)])}
        />
      }
    />
  );
}

function ByFile({ own }: { readonly own: Statistics }) {
  const w = words.value;
  const number = formatNumber.value;
  const types = sortTypes(own.types.map(({ type }) => type));
  const bars = own.files.map(
    ({ name, byType, count }): Bar => ({
      label: name,
      parts: types.flatMap((type) => {
        const value = byType.get(type) ?? 0;
        return value === 0 ? [] : [{ type, value, title: `${name}, ${nameOf(type)}: ${number(value)}` }];
      }),
      note: number(count),
    }),
  );
  return (
    <Figure
      title={w.byFile}
      chart={
        <>
          <BarChart bars={bars} label={w.byFile} />
          <ul class="legend">
            {types.map((type) => (
              <li key={type}>
                <TypeSwatch type={type} /> {nameOf(type)}
              </li>
            ))}
          </ul>
        </>
      }
      table={
        <FigureTable
          head={[w.document, w.total, ...types.map(nameOf)]}
          rows={own.files.map(({ name, byType, count }) => [
            name,
            number(count),
            ...types.map((type) => number(byType.get(type) ?? 0)),
          ])}
        />
      }
    />
  );
}

function Frequent({ own }: { readonly own: Statistics }) {
  const w = words.value;
  return (
    <section class="card figure frequent" aria-labelledby="frequent-title">
      <h2 id="frequent-title">{w.frequent}</h2>
      <table class="data">
        <tbody>
          {own.types.map(({ type, texts, different }) => (
            <tr key={type}>
              <th scope="row">
                <TypeBadge type={type} />
                <span class="dim small"> {w.different(different)}</span>
              </th>
              <td lang="ru">
                {texts.map(({ text, count }, i) => (
                  <span key={text} class="frequent-text">
                    {text}
                    {count > 1 && <span class="dim"> ×{formatNumber.value(count)}</span>}
                    {i < texts.length - 1 && '; '}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
