/** Conversions and downloads on the progress bar. */
import type { OnConvertProgress } from '../convert/progress.ts';
import type { DownloadProgress } from '../weights/download-encoder.ts';
import type { ProgressReporter } from './progress.ts';

/** Shows a conversion. */
export function convertProgress(progress: ProgressReporter): OnConvertProgress {
  return ({ step, fraction }) => progress.update(fraction, step);
}

/** Shows a download. */
export function showDownload(progress: ProgressReporter): (state: DownloadProgress) => void {
  return ({ file, done, total }) => progress.update(done / total, `fetching ${file}`);
}
