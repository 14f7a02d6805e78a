/** Fills the tables of bench/README.md from the result files: `npx tsx bench/report.ts`. */
import { updateReadme } from './common/results.ts';

updateReadme();
