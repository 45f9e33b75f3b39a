import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { partialJsonTexts, toDeltas } from './partial-json-texts.js'
import { encodeAnswer, encodeTexts } from './workload.js'

/*
 * A process of its own, so that its work is not counted: answers every request over cleartext HTTP/2 with the same
 * bytes, at once, and tells its parent the URL. Arguments: the number of deltas in the answer; or `records` and how many
 * characters of JSON.
 */

const [, , size, length] = process.argv
const answer =
  size === 'records' ? encodeTexts(toDeltas(partialJsonTexts.records(Number(length)))) : encodeAnswer(Number(size))
const server = createServer()

server.on('stream', (stream) => {
  stream.on('error', () => {})
  stream.resume().once('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' })
    stream.end(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
process.once('disconnect', () => process.exit())
