import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bedrock } from '@x/agent'
import { converseFormat } from '@x/provider-bedrock'
import { extractAll, fromBatchRecords, toBatchRecords } from '@x/structured/batch'
import { resultLogFile } from '@x/structured/batch-file'
import { z } from 'zod'

const person = z.object({ name: z.string(), age: z.number() })
const model = bedrock()
const inputs = ['Ada is 36 years old.', 'Bo is 41 years old.', 'Eve is 29 years old.']
const path = join(await mkdtemp(join(tmpdir(), 'batch-')), 'results.jsonl')

// Four at a time; each result is on the disk before it is given out.
async function readAll(texts: readonly string[]) {
  await using resultLog = await resultLogFile(path)
  const batch = extractAll({ model, schema: person, inputs: texts, concurrency: 4, resultLog })
  for await (const { index, output, error } of batch)
    console.log(index, output?.name, output?.age, error?.message ?? '')
  const { done, failed, resumed } = batch.progress
  console.log(`${done} done, ${failed} failed, ${resumed} resumed`)
}
await readAll(inputs)

// Started again, as after a crash, it asks for what is new or has changed.
await readAll(['Ada is 36 years old.', 'Bo is 42 years old.', 'Eve is 29 years old.'])

// The same questions as the input file of a batch inference job, which costs half and takes its time.
const options = { model, format: converseFormat(model.config), schema: person }
const outputFile: string[] = []
for await (const line of toBatchRecords({ ...options, inputs, quotas: { minRecords: 1 } })) {
  const { recordId, modelInput } = JSON.parse(line)
  console.log(recordId, Object.keys(modelInput).join())
  // The job would write this: the answer of Converse for each record.
  const content = [{ text: JSON.stringify({ name: 'Ada', age: '36' }) }]
  const usage = { inputTokens: 100, outputTokens: 10, totalTokens: 110 }
  const modelOutput = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', usage }
  if (recordId !== '00000000001') outputFile.push(JSON.stringify({ recordId, modelInput, modelOutput }))
}
const { results, missing, usage } = await fromBatchRecords({ ...options, lines: outputFile, expected: 3 })
for (const { output, repairs } of results) console.log(output, repairs[0]?.repair)
console.log(`missing ${missing.join()}, ${usage.totalTokens} tokens`)

/* prints
0 Ada 36
1 Bo 41
2 Eve 29
3 done, 0 failed, 0 resumed
1 Bo 42
3 done, 0 failed, 2 resumed
00000000000 messages,outputConfig
{ name: 'Ada', age: 36 } read the string as a number
missing 00000000001, 220 tokens
*/
