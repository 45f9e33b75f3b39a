import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { RecordedRequest } from './answer-request.js'
import type { SourceValues } from './command-sources.js'
import { sourceOptions, sourceProblem, sourcesOf, sourceUsage } from './command-sources.js'
import { greeting } from './greeting.js'
import { logLine } from './log-line.js'
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
  const { help, quiet, verbose, tls, port } = options
  if (help) {
    output.print(usage)
    return 0
  }
  try {
    const onAnswered = (request: RecordedRequest) => output.print(logLine(request, verbose))
    const sources = await sourcesOf(options.sources)
    const start = (at: number) =>
      startBedrockLocal({ port: at, tls, ...pace, ...sources, ...(!quiet && { onAnswered }) })
    const local = port === undefined ? await start(usualPort).catch(orElse(() => start(0))) : await start(port)
    const file = local.certificate === undefined ? undefined : await writeCertificate(local.certificate)
    output.print(quiet ? [local.url, ...(file ? [file.path] : [])].join('\n') : greeting(local, file?.path))
    return file ? withCleanUp(local, file.remove) : local
  } catch (error) {
    output.printError((error as Error).message)
    return 1
  }
}

const usualPort = 8100

/** What to do when nobody chose the port and it is taken; any other failure stays one. */
function orElse<Result>(next: () => Promise<Result>): (error: Error) => Promise<Result> {
  return (error) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'EADDRINUSE') throw error
    return next()
  }
}

const usage = `Usage: bedrock-local [--port <number>] [--tls] [--quiet | --verbose]
                     [--script <file> | --record <file> [--upstream-endpoint <url>] | --replay <file> |
                      --upstream <url> --upstream-model <name>]

Starts a Bedrock Runtime endpoint on this machine (127.0.0.1) that answers Converse and ConverseStream.
A scripted stand-in plays the model, unless another source is named: it uses the tools it is given, but it is no
language model.

  --port <number>   Port to listen on (default ${usualPort}, or a free one if that is taken; 0 takes a free one)
  --tls             Serve https: with a certificate made on the spot
${sourceUsage}  --quiet           Print the address only (with --tls, then the certificate's file), no log of requests
  --verbose         Print the body of each request too, without secrets
  --help            Print this text
`

/** Slow enough to be seen streaming, as a model is. */
const pace = { firstDelayMs: 250, delayMs: 15 }

interface CommandOptions {
  readonly help: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly tls: boolean
  /** Missing: nobody chose one. */
  readonly port?: number
  readonly sources: SourceValues
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): CommandOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        ...sourceOptions,
        tls: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const { port: given, ...others } = values
    const port = Number(given ?? usualPort)
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      return `--port takes a number from 0 to 65535, not ${given}.`
    return sourceProblem(values) ?? { ...others, ...(given !== undefined && { port }), sources: values }
  } catch (error) {
    return (error as Error).message
  }
}

/** Other programs take the certificate from a file. It is no secret: the key stays in the process. */
async function writeCertificate(pem: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-local-'))
  const path = join(folder, 'certificate.pem')
  await writeFile(path, pem)
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

function withCleanUp(local: BedrockLocal, cleanUp: () => Promise<void>): BedrockLocal {
  const close = async () => {
    await local.close()
    await cleanUp()
  }
  return Object.create(local, { close: { value: close }, [Symbol.asyncDispose]: { value: close } }) as BedrockLocal
}
