import { Worker } from 'node:worker_threads'
import { AgentError } from '@x/types'

/** A thread for work that the input can make endless, and that nothing but the end of its thread would stop. */
export interface BoundedWorker {
  /**
   * One question at a time.
   * @throws AgentError `timeout`, `aborted`, or `tool-failed` when the thread breaks (out of memory, for one); it is of no
   *   use any more then
   */
  ask(question: unknown, timeoutMs: number): Promise<unknown>
  close(): Promise<void>
}

/**
 * @param answerCode the source of a function of CommonJS, `(question, data) => answer`, sync or async. Source, not a
 *   function: the text of a function changes under compilers, and a file of its own is lost by bundlers.
 */
export function startWorker(answerCode: string, data: unknown, signal: AbortSignal): BoundedWorker {
  const worker = new Worker(`${listen}(${answerCode})`, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 1 },
  })
  // An error that comes while nothing is asked has nobody to tell; the next question fails.
  worker.on('error', () => undefined)
  return {
    ask(question, timeoutMs) {
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
          worker.off('message', onAnswer).off('error', onEnd).off('exit', onEnd)
          act()
        }
        const stop = (error: AgentError) => settle(() => worker.terminate().then(() => reject(error), reject))
        const onAbort = () => stop(new AgentError('aborted', 'The work was aborted.', { cause: signal.reason }))
        const onEnd = (cause: unknown) => stop(new AgentError('tool-failed', 'The work broke off.', { cause }))
        const onAnswer = ({ answer, error }: { answer?: unknown; error?: string }) => {
          settle(() => (error === undefined ? resolve(answer) : reject(new AgentError('tool-failed', error))))
        }
        const timer = setTimeout(() => {
          stop(new AgentError('timeout', `The work was not done within ${timeoutMs} ms.`))
        }, timeoutMs)
        worker.on('message', onAnswer).on('error', onEnd).on('exit', onEnd)
        signal.addEventListener('abort', onAbort, { once: true })
        if (signal.aborted) onAbort()
        else worker.postMessage(question)
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}

const listen = `(answer => {
  const { parentPort, workerData } = require('node:worker_threads')
  parentPort.on('message', async question => {
    try {
      parentPort.postMessage({ answer: await answer(question, workerData) })
    } catch (error) {
      parentPort.postMessage({ error: String(error && error.message || error).slice(0, 500) })
    }
  })
})`
