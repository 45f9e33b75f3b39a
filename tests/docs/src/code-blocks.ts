/** A fenced block of a Markdown document. */
export interface CodeBlock {
  /** Path of the document. */
  readonly document: string
  /** Line of the first line of code, counted from 1. */
  readonly line: number
  /** All that follows the opening fence, for example `ts`. */
  readonly info: string
  readonly code: string
  /** The file that the guide puts it into: the line before the block is "`path`:" and nothing else. */
  readonly file?: string
}

/** The fenced blocks of a Markdown text, those inside lists and quotes included. */
export function codeBlocks(document: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { line: number; info: string; file: object; fence: string; indent: string; lines: string[] } | undefined
  let before = ''
  for (const [index, text] of markdown.split('\n').entries()) {
    const [, indent = '', fence = '', info = ''] = /^([\s>]*)(`{3,}|~{3,})(.*)$/.exec(text) ?? []
    if (open && fence.startsWith(open.fence) && info.trim() === '') {
      blocks.push({ document, line: open.line, info: open.info, code: open.lines.join('\n'), ...open.file })
      open = undefined
    } else if (open) {
      open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text)
    } else if (fence !== '') {
      const [, file] = /^`([^`]+)`:$/.exec(before) ?? []
      open = { line: index + 2, info: info.trim(), file: file === undefined ? {} : { file }, fence, indent, lines: [] }
    }
    if (text.trim() !== '') before = text
  }
  if (open) throw new Error(`${document}:${open.line - 1}: a code block is opened and never closed.`)
  return blocks
}
