/** The recommendations of a guideline: theses with their grades, comments and entities, each a way into the text. */
import { computed, signal } from '@preact/signals';
import { type RecommendationRow, recommendationRows } from '../../../src/export/recommendation-rows.ts';
import type { Recommendation } from '../../../src/guideline/types.ts';
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import { createPlaceTest } from '../document/filter.ts';
import { readEntity } from '../document/sentence-text.ts';
import type { PageEntity } from '../document/types.ts';
import { activeDocument } from '../state/documents.ts';
import { nameOf, words } from '../state/settings.ts';
import { filter, jumpTo, shownLists } from '../state/view.ts';
import { typeClass } from '../style/type-colors.ts';
import { Icon } from './icons.tsx';

/** Grade that is shown alone: `A`, `B`, `C`, `none`; '' for any. */
const grade = signal('');

interface Thesis {
  readonly found: Recommendation;
  readonly row: RecommendationRow;
  /** The first sentence that it stands in, and the first behind it. */
  readonly from: number;
  readonly to: number;
}

const theses = computed((): readonly Thesis[] => {
  const document = activeDocument.value;
  if (document === undefined) return [];
  const rows = recommendationRows(document.result);
  const { sentences, recommendations } = document.result;
  return recommendations.map((found, i) => {
    const from = sentences.findIndex(({ end }) => end > found.charStart);
    const behind = sentences.findIndex(({ start }) => start >= found.charEnd);
    return { found, row: rows[i]!, from: Math.max(0, from), to: behind < 0 ? sentences.length : behind };
  });
});

const shown = computed(() => {
  const document = activeDocument.value;
  if (document === undefined) return [];
  const isHere = createPlaceTest(document, filter.value);
  return theses.value.filter(
    ({ found, from }) => (grade.value === '' || (found.strength ?? 'none') === grade.value) && isHere(from),
  );
});

/** The view. */
export function RecommendationsView() {
  const w = words.value;
  const result = activeDocument.value?.result;
  if (result === undefined) return null;
  return (
    <div class="scroller">
      <div class="page-width recommendations">
        <Identity result={result} />
        {theses.value.length === 0 ? (
          <p class="empty">{w.noRecommendations}</p>
        ) : (
          <>
            <div class="row spread">
              <p class="dim">{w.recommendationsCount(shown.value.length)}</p>
              <GradeChoice />
            </div>
            <ol class="theses">
              {shown.value.map((thesis) => (
                <ThesisCard key={thesis.found.number} thesis={thesis} result={result} />
              ))}
            </ol>
          </>
        )}
      </div>
    </div>
  );
}

/** What the document says of itself. */
function Identity({ result }: { readonly result: DocumentResult }) {
  const w = words.value;
  const { title, id, icd10, ageCategory, year, developers } = result.guideline;
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    [w.identity.icd10, icd10.join(', ') || undefined],
    [w.identity.age, ageCategory],
    [w.identity.year, year],
    [w.identity.id, id],
    [w.identity.developers, developers.join('; ') || undefined],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  if (title === undefined && known.length === 0) return null;
  return (
    <section class="card identity">
      {title !== undefined && <h2 lang="ru">{title}</h2>}
      {known.length > 0 && (
        <dl class="facts">
          {known.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd lang="ru">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function GradeChoice() {
  const w = words.value;
  return (
    <label class="row">
      {w.strength}
      <select
        value={grade.value}
        aria-label={w.strengthLong}
        onChange={({ currentTarget }) => {
          grade.value = currentTarget.value;
        }}
      >
        <option value="">{w.anyGrade}</option>
        {['A', 'B', 'C'].map((letter) => (
          <option key={letter} value={letter}>
            {letter}
          </option>
        ))}
        <option value="none">{w.ungraded}</option>
      </select>
    </label>
  );
}

function ThesisCard({ thesis, result }: { readonly thesis: Thesis; readonly result: DocumentResult }) {
  const w = words.value;
  const { found, row, from, to } = thesis;
  const place = [found.section, found.page === undefined ? undefined : w.pageNumber(found.page)].filter(
    Boolean,
  );
  return (
    <li class="card thesis">
      <div class="thesis-head">
        <span class="number">{found.number + 1}</span>
        <Grades found={found} />
        {row.advice === 'against' && <span class="tag against">{w.against}</span>}
        {place.length > 0 && (
          <span class="dim small place" lang="ru">
            {place.join(' · ')}
          </span>
        )}
        <button
          type="button"
          class="link small"
          aria-label={`${w.showInText}: ${found.number + 1}`}
          onClick={() => jumpTo({ sentence: from, words: wordsWithin(result, from, found), focus: true })}
        >
          {w.showInText} <Icon name="goto" />
        </button>
      </div>
      <p class="thesis-text" lang="ru">
        {found.scope !== undefined && <strong>{found.scope} </strong>}
        {found.text}
      </p>
      <ThesisEntities result={result} from={from} to={to} found={found} />
      {found.comment !== undefined && (
        <details>
          <summary>{w.comment}</summary>
          <p lang="ru">{found.comment}</p>
        </details>
      )}
      <p class="small dim marks">
        {row.vital.map((drug) => (
          <span key={`v${drug}`} class="tag" title={w.vitalLong}>
            {drug}: {w.vital}
          </span>
        ))}
        {row.off_label.map((drug) => (
          <span key={`o${drug}`} class="tag" title={w.offLabelLong}>
            {drug}: {w.offLabel}
          </span>
        ))}
        {found.references.length > 0 && (
          <span>
            {w.references}: {found.references.join(', ')}
          </span>
        )}
      </p>
    </li>
  );
}

function Grades({ found }: { readonly found: Recommendation }) {
  const w = words.value;
  if (found.strength === undefined && found.evidence === undefined) {
    return <span class="tag">{found.grade ?? w.ungraded}</span>;
  }
  return (
    <>
      {found.strength !== undefined && (
        <span class={`grade strength-${found.strength}`} title={w.strengthLong}>
          {w.strength} <b>{found.strength}</b>
        </span>
      )}
      {found.evidence !== undefined && (
        <span class="grade" title={w.evidenceLong}>
          {w.evidence} <b>{found.evidence}</b>
        </span>
      )}
    </>
  );
}

/** Words of a sentence that lie in the thesis. */
function wordsWithin(result: DocumentResult, sentence: number, found: Recommendation): number[] {
  const spans = result.sentences[sentence]?.word_spans ?? [];
  return [...spans.keys()].filter((word) => {
    const start = spans[word]?.[0]?.[0] ?? -1;
    return start >= found.charStart && start < found.charEnd;
  });
}

interface ThesisEntitiesProps {
  readonly result: DocumentResult;
  readonly from: number;
  readonly to: number;
  readonly found: Recommendation;
}

/** The entities of a thesis as they are now, by the filter. */
function ThesisEntities({ result, from, to, found }: ThesisEntitiesProps) {
  const inside: { readonly sentence: number; readonly entity: PageEntity }[] = [];
  for (let sentence = from; sentence < to; sentence++) {
    const within = new Set(wordsWithin(result, sentence, found));
    for (const entity of shownLists.value[sentence] ?? []) {
      if (entity.words.every((word) => within.has(word))) inside.push({ sentence, entity });
    }
  }
  if (inside.length === 0) return null;
  return (
    <ul class="thesis-entities">
      {inside.map(({ sentence, entity }) => (
        <li key={entity.id}>
          <button
            type="button"
            class={`entity-link ${typeClass(entity.type)}`}
            onClick={() => jumpTo({ sentence, words: entity.words, focus: true })}
          >
            <span class="kind">{nameOf(entity.type)}</span>
            <span lang="ru">{readEntity(result.text, result.sentences[sentence]!, entity.words)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
