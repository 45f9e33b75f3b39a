import { isAgentError } from '@x/agent'
import { awsEndpoint, localEndpoint } from './endpoint.js'
import { readOptions, usageText } from './options.js'
import { runDemo } from './run-demo.js'

// The AWS SDK tells users of Node 20 about its own plans; a demo's screen is not the place for it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const { stdout } = process
const write = (text: string) => void stdout.write(text)

async function main(): Promise<void> {
  const { question, aws, help } = readOptions(process.argv.slice(2))
  if (help) return write(usageText)
  await using endpoint = aws ? awsEndpoint() : await localEndpoint()
  write(`${endpoint.notice}\n`)
  const color = stdout.isTTY && stdout.hasColors()
  await runDemo(endpoint.model, question, { write, color, width: stdout.columns || 100 })
}

try {
  await main()
} catch (error) {
  if (!isAgentError(error) && !(error instanceof TypeError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
