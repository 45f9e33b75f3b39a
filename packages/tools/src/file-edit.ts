import { AgentError } from '@x/types'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import type { FileAccess } from './file-access.js'
import { allowedFile, inFolder, readTextFile } from './file-access.js'
import { putText } from './file-put.js'
import type { WritingOptions } from './file-writing.js'
import { checkSize } from './file-writing.js'
import { jsonSchema } from './json-schema.js'

interface EditInput {
  readonly path: string
  readonly oldText: string
  readonly newText: string
  readonly all?: boolean
}

/** A tool `edit_file { path, oldText, newText, all? }`: replaces a passage that must be there exactly once. */
export function editTool<Env>(access: FileAccess<Env>, prefix: string, options: WritingOptions): FunctionTool {
  const input = jsonSchema<EditInput>({
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Path of a text file, from the root folder.' },
      oldText: { type: 'string', minLength: 1, description: 'The passage to replace, character by character.' },
      newText: { type: 'string', description: 'What takes its place.' },
      all: {
        type: 'boolean',
        description: 'Replace the passage wherever it is. Default false: it must be there once.',
      },
    },
    required: ['path', 'oldText', 'newText'],
    additionalProperties: false,
  })
  return defineTool<typeof input, Env>({
    name: `${prefix}edit_file`,
    description: 'Replaces a passage of a text file. Take enough of the lines round it that it is there only once.',
    input,
    ...options,
    annotations: { title: 'Edit a file', readOnly: false, destructive: true, idempotent: false, openWorld: false },
    async execute(edit, context) {
      const { parents, name, path } = allowedFile(edit.path, access)
      const count = await inFolder(access, parents, context, async (folder) => {
        const { text, stats } = await readTextFile(folder, name, access, context.signal)
        const { text: edited, count } = replace(text, { ...edit, path })
        checkSize(edited, path, access)
        await putText(folder, name, edited, stats)
        return count
      })
      return `Edited "${path}": ${count === 1 ? 'one passage' : `${count} passages`} replaced.`
    },
  })
}

/** Line breaks are compared as the file has them if it has but one kind: models see no `\r`. */
function replace(text: string, edit: EditInput): { text: string; count: number } {
  const hasCrlf = text.includes('\r\n') && !/(^|[^\r])\n/.test(text)
  const inKind = (words: string) => (hasCrlf ? words.replace(/\r?\n/g, '\r\n') : words)
  const passage = inKind(edit.oldText)
  const pieces = text.split(passage)
  const count = pieces.length - 1
  if (count === 0 || (count > 1 && edit.all !== true)) throw miscount(pieces, edit, passage)
  return { text: pieces.join(inKind(edit.newText)), count }
}

function miscount(pieces: readonly string[], { path }: EditInput, passage: string): AgentError {
  const count = pieces.length - 1
  if (count === 0) {
    return new AgentError('invalid-tool-input', `The passage occurs 0 times in "${path}"; nothing was changed.`, {
      hint: 'It must be the same to the last blank: read the file again and copy it from there.',
    })
  }
  const lines: number[] = []
  let line = 1
  for (const piece of pieces.slice(0, Math.min(count, 5))) {
    line += countLines(piece)
    lines.push(line)
    line += countLines(passage)
  }
  const places = `${lines.join(', ')}${count > lines.length ? ' …' : ''}`
  return new AgentError(
    'invalid-tool-input',
    `The passage occurs ${count} times in "${path}" (lines ${places}); nothing was changed.`,
    { hint: 'Take more of the text round the one that is meant, or set all.' },
  )
}

function countLines(text: string): number {
  return text.split('\n').length - 1
}
