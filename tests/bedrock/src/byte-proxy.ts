import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** A TCP proxy to a port of this machine that hands on what comes back one byte at a time. */
export async function startByteProxy(port: number): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
    }
    near.pipe(far)
    void handOn(far, near).catch(() => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function handOn(from: Socket, to: Socket): Promise<void> {
  for await (const bytes of from as AsyncIterable<Buffer>) {
    for (const byte of bytes) {
      if (to.destroyed) return
      await new Promise<void>((resolve) => to.write(Uint8Array.of(byte), () => resolve()))
    }
  }
  to.end()
}
