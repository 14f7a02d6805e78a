/** The shapes that the API describes are those that the program has. */
import type { z } from '@hono/zod-openapi';
import { expect, expectTypeOf, test } from 'vitest';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { documentFromString } from '../document/from-string.ts';
import { analyzeDocument } from '../predict/analyze-document.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import type { JobState } from './jobs.ts';
import type { ProblemJson } from './problems.ts';
import { documentResultSchema, type jobSchema, type problemSchema } from './schemas.ts';

/** A type without readonly and optional, deeply: what two declarations of one shape have in common. */
type Plain<T> = T extends readonly [infer A, infer B]
  ? [Plain<A>, Plain<B>]
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { -readonly [K in keyof T]-?: Plain<Exclude<T[K], undefined>> }
      : T;

test('types', () => {
  expectTypeOf<Plain<z.infer<typeof documentResultSchema>>>().toEqualTypeOf<Plain<DocumentResult>>();
  expectTypeOf<Plain<z.infer<typeof jobSchema>>>().toEqualTypeOf<Plain<JobState>>();
  expectTypeOf<Plain<z.infer<typeof problemSchema>>>().toEqualTypeOf<Plain<ProblemJson>>();
});

test('a document with everything in it', async () => {
  const text = `# Диффузная лимфома

## 3. Лечение

- Рекомендуется цитарабин** 100 мг/м2 [12, 15–17].

**Уровень убедительности рекомендаций А (уровень достоверности доказательств – 2)**

**Комментарии:** КТ и МРТ органов малого таза.

| Препарат | Доза |
|---|---|
| Ритуксимаб# | 375 мг |

\`\`\`
код
\`\`\`
`;
  const result = await analyzeDocument(documentFromString('a.md', text, 'markdown'), fakeTagger());
  const plain = JSON.parse(JSON.stringify(result)) as DocumentResult;
  expect(documentResultSchema.parse(plain)).toEqual(plain);
  expect(plain.recommendations[0]).toMatchObject({
    strength: 'A',
    evidence: 2,
    references: [12, 15, 16, 17],
  });
  expect(plain.summary.skipped).not.toEqual({});
});
