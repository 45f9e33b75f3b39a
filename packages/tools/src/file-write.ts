import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import type { FileAccess } from './file-access.js'
import { allowedFile, inFolder, statsOf } from './file-access.js'
import { refusedPath } from './file-error.js'
import { checkRegular } from './file-folder.js'
import { putText } from './file-put.js'
import type { WritingOptions } from './file-writing.js'
import { checkSize } from './file-writing.js'
import { jsonSchema } from './json-schema.js'

/** A tool `write_file { path, content, overwrite? }`: makes a file and its folders, or replaces a file when told so. */
export function writeTool<Env>(access: FileAccess<Env>, prefix: string, options: WritingOptions): FunctionTool {
  const input = jsonSchema<{ path: string; content: string; overwrite?: boolean }>({
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Path of the file, from the root folder.' },
      content: { type: 'string', description: 'The whole text of the file.' },
      overwrite: { type: 'boolean', description: 'Replace a file that is there. Default false.' },
    },
    required: ['path', 'content'],
    additionalProperties: false,
  })
  return defineTool<typeof input, Env>({
    name: `${prefix}write_file`,
    description: 'Writes a text file, and makes the folders it lies in. To change a part of a file, edit it instead.',
    input,
    ...options,
    annotations: { title: 'Write a file', readOnly: false, destructive: true, idempotent: true, openWorld: false },
    async execute({ path, content, overwrite = false }, context) {
      const { parents, name, path: shownPath } = allowedFile(path, access)
      const size = checkSize(content, shownPath, access)
      const replaced = await inFolder(
        access,
        parents,
        context,
        async (folder) => {
          const stats = await statsOf(folder, name)
          if (stats) checkRegular(stats, shownPath)
          if (stats && !overwrite) throw refusedPath(shownPath, 'is there already; set overwrite to replace it')
          await putText(folder, name, content, stats)
          return stats !== undefined
        },
        { create: true },
      )
      return `${replaced ? 'Replaced' : 'Made'} "${shownPath}": ${size} bytes.`
    },
  })
}
