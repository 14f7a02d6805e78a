/** Prints a few sentences of a results file with their entities in brackets. */
import { readFileSync } from 'node:fs';

const records = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const shown = records.filter(({ entities }) => entities.length >= 3).slice(0, 4);

/** The sentence with the contiguous entities that nothing contains marked; the others are listed below it. */
function mark({ sentence, entities }) {
  const contiguous = entities.filter(({ index }) => index.at(-1) - index[0] === index.length - 1);
  const outer = contiguous.filter(
    (a) => !contiguous.some((b) => a !== b && b.index[0] <= a.index[0] && b.index.at(-1) >= a.index.at(-1)),
  );
  const words = [...sentence];
  for (const { index, type } of outer) {
    words[index[0]] = `[${words[index[0]]}`;
    words[index.at(-1)] = `${words[index.at(-1)]}]${type}`;
  }
  const rest = entities.filter((entity) => !outer.includes(entity));
  return [words.join(' '), ...rest.map(({ type, text }) => `    also ${type}: ${text}`)].join('\n');
}

console.log('\nSome of the sentences:\n');
for (const record of shown) console.log(`  ${record.source_file}: ${mark(record)}\n`);
console.log(
  `All ${records.length} sentences with entities, with their places in the files: ${process.argv[2]}`,
);
