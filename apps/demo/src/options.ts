import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly question: string
  /** Real Amazon Bedrock with the user's own credentials, instead of the endpoint on this machine. */
  readonly aws: boolean
  readonly help: boolean
}

export const defaultQuestion =
  'How much warmer is it in Lisbon than in Oslo right now, in Fahrenheit, and what time is it in Tokyo?'

export const usageText = `Usage: demo ["a question"] [--aws] [--help]

  An agent answers the question with three tools, then fills a schema from a text.
  Without --aws everything stays on this machine, and a scripted stand-in takes the place of the model.

  --aws   ask the default model of Amazon Bedrock, with your own AWS credentials (this costs a few cents at most)
`

/** @throws TypeError for options that do not exist */
export function readOptions(argv: readonly string[]): DemoOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { aws: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  })
  return { question: positionals.join(' ') || defaultQuestion, aws: values.aws, help: values.help }
}
