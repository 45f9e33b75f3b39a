export type {
  ExtractAttempt,
  ExtractFailure,
  Extraction,
  ExtractMode,
  ExtractOptions,
  ExtractPrompt,
} from './extract.js'
export { extract } from './extract.js'
