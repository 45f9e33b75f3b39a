/**
 * The steps of a guide, in order: files to write and commands to run. A line that holds nothing but a path in back ticks
 * and a colon names the file of the fenced block that follows; `sh` blocks are run; all other blocks are for the eye.
 *
 * @param {string} markdown
 * @returns {{ line: number, file?: string, text: string }[]} without `file` it is a command
 * @throws Error for a TypeScript block that is part of no file, as nobody would try it
 */
export function readGuide(markdown) {
  const steps = []
  let offset = 0
  for (const match of markdown.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm)) {
    const [whole, file, language, text] = match
    const line = markdown.slice(0, match.index).split('\n').length
    offset = match.index + whole.length
    if (file !== undefined) steps.push({ line, file, text })
    else if (language === 'sh') steps.push({ line, text })
    else if (language === 'ts') throw new Error(`line ${line}: name the file of this block in the line before it.`)
  }
  if (/^```\w/m.test(markdown.slice(offset))) throw new Error('A block is opened and never closed.')
  return steps
}
