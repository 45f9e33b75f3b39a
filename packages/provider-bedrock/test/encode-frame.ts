import { crc32 } from 'node:zlib'

/** A frame with string headers, as the service writes it. */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: string | Uint8Array = ''): Buffer {
  const named = Object.entries(headers).map(([name, value]) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(Buffer.byteLength(value))
    return Buffer.concat([
      Buffer.from([Buffer.byteLength(name)]),
      Buffer.from(name),
      Buffer.from([7]),
      length,
      Buffer.from(value),
    ])
  })
  return encodeRaw(Buffer.concat(named), Buffer.from(payload))
}

export function encodeRaw(headers: Uint8Array, payload: Uint8Array): Buffer {
  const prelude = encodePrelude(12 + headers.length + payload.length + 4, headers.length)
  const body = Buffer.concat([prelude, headers, payload])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([body, checksum])
}

export function encodeEvent(type: string, payload: object | string): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  return encodeFrame(headers, typeof payload === 'string' ? payload : JSON.stringify(payload))
}

export function encodeException(type: string, payload: object | string): Buffer {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' }
  return encodeFrame(headers, typeof payload === 'string' ? payload : JSON.stringify(payload))
}

/** A prelude whose lengths may be anything, with the checksum that fits them. */
export function encodePrelude(total: number, headers: number): Buffer {
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(total, 0)
  prelude.writeUInt32BE(headers, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  return prelude
}
