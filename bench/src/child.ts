import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of this bench that talks in messages. */
export interface Child {
  /** Sends a message and gives the answer. */
  ask(question: string): Promise<unknown>
  stop(): void
}

/** Starts a module and waits for its first message. */
export async function startChild(file: URL, args: readonly string[]): Promise<{ child: Child; first: unknown }> {
  // The AWS SDK's warning about old versions of Node.js is not what this bench is about.
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  const child = fork(file, args, { env })
  const first = await answerOf(child, file)
  return {
    first,
    child: {
      ask(question) {
        const answer = answerOf(child, file)
        child.send(question)
        return answer
      },
      stop: () => void child.kill(),
    },
  }
}

async function answerOf(child: ChildProcess, file: URL): Promise<unknown> {
  const watching = new AbortController()
  const { signal } = watching
  try {
    const answered = once(child, 'message', { signal })
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${file.pathname} ended with code ${code} before it answered.`)
    })
    const [answer] = await Promise.race([answered, ended])
    return answer
  } finally {
    watching.abort()
  }
}
