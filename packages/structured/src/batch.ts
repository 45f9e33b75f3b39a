export type { BackOffOptions } from './back-off.js'
export type { BatchFailure, BatchProgress, BatchResult, BatchSuccess } from './batch-result.js'
export type { ExtractAllOptions, ExtractionBatch } from './extract-all.js'
export { extractAll } from './extract-all.js'
export type {
  BatchReport,
  FromBatchRecordsOptions,
  RecordFailure,
  RecordResult,
  RecordSuccess,
} from './from-batch-records.js'
export { fromBatchRecords } from './from-batch-records.js'
export type { RecordFormat } from './record-format.js'
export type { ResultLog } from './result-log.js'
export type { BatchQuotas, ToBatchRecordsOptions } from './to-batch-records.js'
export { toBatchRecords } from './to-batch-records.js'
export type { BatchInput } from './to-question.js'
