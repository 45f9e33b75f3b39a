import type { ReplySources } from './choose-reply.js'
import { readScript } from './read-script.js'

/** Options of the command that say who answers, for `parseArgs`. */
export const sourceOptions = {
  script: { type: 'string' },
  record: { type: 'string' },
  'upstream-endpoint': { type: 'string' },
  replay: { type: 'string' },
} as const

export const sourceUsage = `  --script <file>   Answer by the rules in this JSON file
  --record <file>   Pass requests on to Amazon Bedrock, signed with the AWS credentials of the environment, and write
                    them with their answers to this file, without secrets
  --upstream-endpoint <url>
                    With --record: pass them on to this endpoint instead
  --replay <file>   Answer from such a file
`

export type SourceValues = { readonly [option in keyof typeof sourceOptions]?: string | undefined }

/** What is wrong with them together, if anything. */
export function sourceProblem(values: SourceValues): string | undefined {
  const given = (['script', 'record', 'replay'] as const).filter((name) => values[name] !== undefined)
  if (given.length > 1) return `Take one of ${given.map((name) => `--${name}`).join(' and ')}: each says who answers.`
  if (values['upstream-endpoint'] === undefined || values.record !== undefined) return undefined
  return '--upstream-endpoint goes with --record.'
}

/** @throws Error when the script cannot be used. */
export async function sourcesOf(values: SourceValues): Promise<ReplySources> {
  const { script, record, replay, 'upstream-endpoint': upstream } = values
  if (script !== undefined) return { reply: await readScript(script) }
  if (record !== undefined) return { record: { cassette: record, ...(upstream !== undefined && { upstream }) } }
  return replay === undefined ? {} : { replay }
}
