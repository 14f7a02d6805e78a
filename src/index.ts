/** The public interface of w2ner. */
export { formatError, UserError } from './base/errors.ts';
export { checkConfig } from './config/check.ts';
export { loadConfig } from './config/load.ts';
export type { Config } from './config/schema.ts';
export { type ExportOptions, exportModel } from './convert/export-model.ts';
export { type ImportOptions, importModel } from './convert/import-model.ts';
export { type PruneOptions, pruneModel } from './convert/prune-vocabulary.ts';
export { type QuantizeOptions, quantizeModel } from './convert/quantize-model.ts';
export { type DataProblem, readExamples } from './data/examples.ts';
export { type Conversion, convertData } from './data/formats/convert-data.ts';
export { type LabelSet, labelSetOf } from './data/labels.ts';
export { type GlossaryFiles, readGlossary } from './data/read-glossary.ts';
export { encodeGrid } from './data/relation-grid.ts';
export { dataStatistics, filesStatistics } from './data/statistics.ts';
export type { EntityMention, Example, ScoredEntity } from './data/types.ts';
export { decodeGrid } from './decode/decode.ts';
export type { DecodedEntity, Decoding } from './decode/types.ts';
export type { DocumentFormat } from './document/format.ts';
export { documentFromBytes, type ReadOptions } from './document/from-bytes.ts';
export { documentFromString } from './document/from-string.ts';
export { openDocument, readDocument } from './document/read.ts';
export type { Block, CharSpan, Document, DocumentMetadata, Sentence, Word } from './document/types.ts';
export { type EvaluationReport, evaluatePredictions } from './evaluate/report.ts';
export {
  type ExportDocumentsOptions,
  type ExportedDocuments,
  exportDocuments,
} from './export/export-documents.ts';
export { type RecommendationRow, recommendationRows } from './export/recommendation-rows.ts';
export { findAbbreviations } from './guideline/abbreviations.ts';
export { readIdentity } from './guideline/identity.ts';
export { findRecommendations } from './guideline/recommendations.ts';
export type { GuidelineIdentity, Recommendation } from './guideline/types.ts';
export { type AnalyzeOptions, analyzeDocument } from './predict/analyze-document.ts';
export type { Committee } from './predict/committee.ts';
export type { DocumentResult } from './predict/document-result.ts';
export { type EvaluateOptions, evaluate, evaluateTagger } from './predict/evaluate.ts';
export { type Extraction, type ExtractOptions, extract } from './predict/extract.ts';
export { type Labelled, type LabelOptions, labelDocuments } from './predict/label.ts';
export { loadModel, shippedModels } from './predict/load.ts';
export { loadCommittee } from './predict/load-committee.ts';
export { type PredictOptions, type PredictRecord, predict } from './predict/predict.ts';
export type { ExtractRecord, RecordEntity } from './predict/record.ts';
export type { ExtractSummary } from './predict/summary.ts';
export type { Tagger, TaggerCounts } from './predict/types.ts';
export { type Glossary, mergeGlossaries } from './text/glossary.ts';
export { segment } from './text/segment.ts';
export type { TrainEvent, TrainResult } from './train/events.ts';
export { type TrainOptions, trainModel as train } from './train/train.ts';
