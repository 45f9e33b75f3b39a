import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/**
 * Runs a command without standard input and collects what it prints.
 *
 * `log` also writes it to that file as it comes; `timeoutMs` ends the command and all that it started. Never rejects:
 * a command that could not be started has status 127, one that was ended for its time 124.
 *
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, timeoutMs?: number }} [options]
 * @returns {Promise<{ status: number, output: string, seconds: number }>}
 */
export function run(command, { cwd, env, log, timeoutMs = 15 * 60_000 } = {}) {
  const started = performance.now()
  const [file, ...args] = command
  return new Promise((resolve) => {
    const logFile = log && createWriteStream(log)
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let timedOut = false
    const collect = (chunk) => {
      output += chunk
      logFile?.write(chunk)
    }
    const timer = setTimeout(() => {
      timedOut = true
      collect(`\nended after ${timeoutMs / 1000} s\n`)
      endTree(child.pid)
    }, timeoutMs)
    const finish = (status) => {
      clearTimeout(timer)
      logFile?.end()
      resolve({ status: timedOut ? 124 : status, output, seconds: (performance.now() - started) / 1000 })
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => {
      collect(`${error.message}\n`)
      finish(127)
    })
    child.once('close', (status, signal) => finish(status ?? (signal ? 128 : 1)))
  })
}

/** Ends a process and all that descends from it: npx, pnpm and turbo neither pass a signal on nor share a group. */
function endTree(pid) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const processes = (stdout ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const tree = [pid]
  for (const parent of tree) tree.push(...processes.filter(([, ppid]) => ppid === parent).map(([id]) => id))
  for (const id of tree) {
    try {
      process.kill(id, 'SIGKILL')
    } catch {
      // It has ended by itself in the meantime.
    }
  }
}

/** The last lines of a command's output, without colours. */
export function tail(output, lines = 40) {
  return plain(output).trimEnd().split('\n').slice(-lines).join('\n')
}

/** The lines that name failures, which may stand far from the end when tasks run side by side, and then the end. */
export function reasons(output) {
  const telling = plain(output)
    .split('\n')
    .filter((line) => /\bFAIL\b|×|error TS\d+|AssertionError|^\W*Error:|exited \(/.test(line))
  return [...telling.slice(0, 40), '…', tail(output, 60)].join('\n')
}

/** Without colours and other control characters, which a failing test may print and a log viewer take amiss. */
export function plain(output) {
  return stripVTControlCharacters(output).replaceAll(/[^\P{Cc}\n\t]/gu, '')
}
