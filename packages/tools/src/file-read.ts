import type { ToolOutput } from '@x/types'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import type { FileAccess } from './file-access.js'
import { allowedFile, inFolder, readTextFile } from './file-access.js'
import { jsonSchema } from './json-schema.js'

interface ReadInput {
  readonly path: string
  readonly offset?: number
  readonly limit?: number
}

const maxLines = 2_000

/** A tool `read_file { path, offset?, limit? }`: lines of a text file, as they are. */
export function readTool<Env>(access: FileAccess<Env>, prefix: string, timeoutMs: number): FunctionTool {
  const input = jsonSchema<ReadInput>({
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Path of a text file, from the root folder.' },
      offset: { type: 'integer', minimum: 1, description: 'First line to give, counted from 1. Default 1.' },
      limit: { type: 'integer', minimum: 1, maximum: maxLines, description: `Lines to give. Default ${maxLines}.` },
    },
    required: ['path'],
    additionalProperties: false,
  })
  return defineTool<typeof input, Env>({
    name: `${prefix}read_file`,
    description:
      'Reads a text file: all of it if it is short, else as many lines as fit, with a note where to read on.',
    input,
    timeoutMs,
    annotations: { title: 'Read a file', readOnly: true, destructive: false, idempotent: true, openWorld: false },
    async execute({ path, offset = 1, limit = maxLines }, context) {
      const { parents, name, path: shownPath } = allowedFile(path, access)
      const { text } = await inFolder(access, parents, context, (folder) =>
        readTextFile(folder, name, access, context.signal),
      )
      return toOutput(shownPath, text, { offset, limit, maxChars: access.maxChars })
    },
  })
}

interface Window {
  readonly offset: number
  readonly limit: number
  readonly maxChars: number
}

function toOutput(path: string, text: string, { offset, limit, maxChars }: Window): ToolOutput {
  const lines = text.split('\n')
  // What ends with a line break has no further line.
  if (lines.at(-1) === '') lines.pop()
  const total = lines.length
  if (total === 0) return '(The file is empty.)'
  if (offset > total) return `(${path} has only ${total} lines.)`
  const wanted = lines.slice(offset - 1, offset - 1 + limit)
  const fitting = wanted.slice(0, countFitting(wanted, maxChars))
  const end = offset - 1 + fitting.length
  if (offset === 1 && end === total && text.length <= maxChars) return text
  const notes = [`${path}, lines ${offset} to ${end} of ${total}.`]
  if (end < total) notes.push(`Read on with offset ${end + 1}.`)
  const [first = ''] = fitting
  if (first.length > maxChars) notes.push(`The line has ${first.length} characters, of which ${maxChars} are shown.`)
  const shown = fitting.join('\n').slice(0, maxChars)
  return [
    { type: 'text', text: `(${notes.join(' ')})` },
    { type: 'text', text: shown === '' ? '(An empty line.)' : shown },
  ]
}

/** At least one, however long. */
function countFitting(lines: readonly string[], maxChars: number): number {
  let chars = 0
  const over = lines.findIndex((line) => {
    chars += line.length + 1
    return chars > maxChars + 1
  })
  return over === -1 ? lines.length : Math.max(over, 1)
}
