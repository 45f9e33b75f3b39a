export type { OpenAIConfig } from './config.js'
export type { OpenAIModel } from './openai.js'
export { openai } from './openai.js'
export type { Dialect } from './quirks.js'
