import { bedrock } from '@x/provider-bedrock'
import { ask, collect, textOf } from './collect.js'
import { credentials } from './recorded.js'

/*
 * A program of its own, as Node.js takes further certificate authorities only at its start: three calls one after
 * another over the default transport, two of them streamed. Prints what each one answered, or how it failed.
 */

const [endpoint = ''] = process.argv.slice(2)
const model = bedrock('us.anthropic.claude-sonnet-4-6', {
  ...{ region: 'us-east-1', endpoint, credentials, clientConfig: { maxAttempts: 1 } },
})
const answers: string[] = []
for (const streaming of [true, false, true]) {
  const { result, error } = await collect(model.with({ streaming }), ask('hello'))
  answers.push(error ? error.code : textOf(result?.message))
}
process.stdout.write(JSON.stringify(answers))
