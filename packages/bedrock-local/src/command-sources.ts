import { openai } from '@x/provider-openai'
import type { ReplySources } from './choose-reply.js'
import { readScript } from './read-script.js'

/** Options of the command that say who answers, for `parseArgs`. */
export const sourceOptions = {
  script: { type: 'string' },
  record: { type: 'string' },
  'upstream-endpoint': { type: 'string' },
  replay: { type: 'string' },
  upstream: { type: 'string' },
  'upstream-model': { type: 'string' },
} as const

export const sourceUsage = `  --script <file>   Answer by the rules in this JSON file
  --record <file>   Pass requests on to Amazon Bedrock, signed with the AWS credentials of the environment, and write
                    them with their answers to this file, without secrets
  --upstream-endpoint <url>
                    With --record: pass them on to this endpoint instead
  --replay <file>   Answer from such a file
  --upstream <url>  Let a model behind an OpenAI-compatible server answer (Ollama, vLLM, llama.cpp: http://host:port/v1),
                    with the key in UPSTREAM_API_KEY if the server wants one
  --upstream-model <name>
                    With --upstream: which model, by the server's own name
`

export type SourceValues = { readonly [option in keyof typeof sourceOptions]?: string | undefined }

/** What is wrong with them together, if anything. */
export function sourceProblem(values: SourceValues): string | undefined {
  const given = (['script', 'record', 'replay', 'upstream'] as const).filter((name) => values[name] !== undefined)
  if (given.length > 1) return `Take one of ${given.map((name) => `--${name}`).join(' and ')}: each says who answers.`
  if (values['upstream-endpoint'] !== undefined && values.record === undefined) {
    return '--upstream-endpoint goes with --record.'
  }
  const isHalf = (values.upstream === undefined) !== (values['upstream-model'] === undefined)
  return isHalf ? '--upstream and --upstream-model go together.' : undefined
}

/** @throws Error when the script or the address of the upstream server cannot be used. */
export async function sourcesOf(values: SourceValues): Promise<ReplySources> {
  const { script, record, replay, upstream: baseUrl, 'upstream-model': modelId, 'upstream-endpoint': upstream } = values
  // Keys that the environment holds for other programs stay where they are.
  const apiKey = process.env.UPSTREAM_API_KEY || false
  if (baseUrl !== undefined && modelId !== undefined) return { model: openai(modelId, { baseUrl, apiKey }) }
  if (script !== undefined) return { reply: await readScript(script) }
  if (record !== undefined) return { record: { cassette: record, ...(upstream !== undefined && { upstream }) } }
  return replay === undefined ? {} : { replay }
}
