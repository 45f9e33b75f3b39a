#!/usr/bin/env node
import { runCommand } from './run-command.js'

const started = await runCommand(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  printError: (text) => void process.stderr.write(`${text}\n`),
})
if (typeof started === 'number') process.exitCode = started
else for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void started.close())
