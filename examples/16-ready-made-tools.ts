import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '@x/agent'
import { calculator } from '@x/tools/calculator'
import { currentTime } from '@x/tools/current-time'
import { fileTools } from '@x/tools/files'
import { httpRequest } from '@x/tools/http-request'
import { scriptedModel } from '@x/types/testing'

const root = await mkdtemp(join(tmpdir(), 'notes-'))
await writeFile(join(root, 'list.md'), '- milk\n- bread\n')
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ price: 1.25, key: request.headers['x-key'] }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const tools = [
  calculator(),
  currentTime({ timeZone: 'Europe/Berlin', now: () => new Date('2026-03-29T01:00:00Z') }),
  // Without `readOnly` there are write_file and edit_file, too, which wait for a yes.
  ...fileTools({ root, readOnly: true }),
  // The model never sees the key; loopback is refused unless it is allowed.
  httpRequest({ allow: [origin], allowPrivate: ['127.0.0.1'], headers: { [origin]: { 'x-key': 'secret-key' } } }),
]

const call = (id: string, name: string, input: object) =>
  ({ type: 'tool-call', id, name, input: { ...input } }) as const
const model = scriptedModel([
  [
    call('1', 'calculator', { expression: '2^100 / 3' }),
    call('2', 'current_time', {}),
    call('3', 'search_files', { query: 'bread' }),
    call('4', 'read_file', { path: '../../etc/passwd' }),
    call('5', 'http_request', { url: origin }),
    call('6', 'http_request', { url: 'http://169.254.169.254/latest/meta-data/' }),
  ],
  'Done.',
])

for await (const event of new Agent({ model, tools }).stream('Try the tools.')) {
  if (event.type === 'message' && event.message.role === 'tool') console.log(JSON.stringify(event.message.content))
}
server.close()

/* prints
422550200076076467165567735125.33
2026-03-29T03:00:00+02:00
list.md:2: - bread
A path cannot hold \"..\".
{"price":1.25,"key":"[hidden]"}
http://169.254.169.254, which is not allowed
*/
