import { parseArgs } from 'node:util'
import type { RecordedRequest } from './answer-request.js'
import type { BedrockLocal } from './start-bedrock-local.js'
import { startBedrockLocal } from './start-bedrock-local.js'

/** Where the command writes to. */
export interface CommandOutput {
  print(text: string): void
  printError(text: string): void
}

/**
 * The `bedrock-local` command: reads its arguments and starts an endpoint.
 * @returns the endpoint, or the exit code when there is none: 0 after `--help`, 1 without a port, 2 for wrong arguments.
 */
export async function runCommand(args: readonly string[], output: CommandOutput): Promise<BedrockLocal | number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    output.printError(`${options}\n\n${usage}`)
    return 2
  }
  const { help, quiet, port } = options
  if (help) {
    output.print(usage)
    return 0
  }
  try {
    const onAnswered = (request: RecordedRequest) => output.print(logLine(request))
    const local = await startBedrockLocal({ port, ...pace, ...(!quiet && { onAnswered }) })
    output.print(quiet ? local.url : greeting(local))
    return local
  } catch (error) {
    output.printError((error as Error).message)
    return 1
  }
}

const usage = `Usage: bedrock-local [--port <number>] [--quiet]

Starts a Bedrock Runtime endpoint on this machine (127.0.0.1) that answers Converse and ConverseStream.
A scripted stand-in plays the model: it uses the tools it is given, but it is no language model.

  --port <number>   Port to listen on (default 8100; 0 takes a free one)
  --quiet           Print the endpoint only, no log of requests
  --help            Print this text
`

/** Slow enough to be seen streaming, as a model is. */
const pace = { firstDelayMs: 250, delayMs: 15 }

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): { help: boolean; quiet: boolean; port: number } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, quiet: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    const port = Number(values.port ?? 8100)
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      return `--port takes a number from 0 to 65535, not ${values.port}.`
    return { help: values.help ?? false, quiet: values.quiet ?? false, port }
  } catch (error) {
    return (error as Error).message
  }
}

function greeting({ url, env }: BedrockLocal): string {
  const exports = Object.entries(env).map(([name, value]) => `  export ${name}=${value}`)
  return [
    `A local Bedrock Runtime endpoint listens on ${url}. Stop it with Ctrl+C.`,
    '',
    'Any AWS SDK and the AWS CLI use it after:',
    '',
    ...exports,
    // The JavaScript SDK reads AWS_REGION alone; boto3 and the CLI read this one.
    `  export AWS_DEFAULT_REGION=${env.AWS_REGION}`,
    '',
  ].join('\n')
}

function logLine({ operation, path, modelId, usage: tokens, status, error, outcome }: RecordedRequest): string {
  const what = operation === 'UnknownOperation' ? `${operation} ${path}` : `${operation} ${modelId}`
  const counted = tokens ? ` ${tokens.inputTokens} in, ${tokens.outputTokens} out` : ''
  const notes = [error, outcome === 'client-left' ? 'client left' : undefined].filter((note) => note !== undefined)
  return `${status} ${what}${counted}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}
