import { bedrock } from '@x/provider-bedrock'
import { extractAll } from '@x/structured/batch'
import { resultLogFile } from '@x/structured/batch-file'
import { countOptions } from './count-batch.js'

/** A batch in a process of its own: `batch-worker <endpoint> <result log> <count>`. */
const [endpoint = '', path = '', count = ''] = process.argv.slice(2)
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const model = bedrock('us.anthropic.claude-sonnet-4-6', { region: 'us-east-1', endpoint, credentials })
await using log = await resultLogFile(path)
for await (const { index, output } of extractAll(countOptions(model, Number(count), log))) {
  console.log(JSON.stringify({ index, n: output?.n }))
}
