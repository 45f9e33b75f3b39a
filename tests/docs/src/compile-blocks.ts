import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeBlock } from './code-blocks.js'
import { root } from './repository.js'

/** What is wrong with one block, in the place where its reader sees it. */
export interface Problem {
  readonly document: string
  /** Line in the document. */
  readonly line: number
  readonly message: string
}

const home = join(root, 'tests/docs')

/**
 * Type-checks each block as a module of its own against the sources of this repository, as strictly as they are.
 * The files lie inside this workspace for the time of the check, because imports are resolved from where a file is.
 */
export function compileBlocks(blocks: readonly CodeBlock[]): Problem[] {
  if (blocks.length === 0) return []
  mkdirSync(join(home, '.snippets'), { recursive: true })
  const folder = mkdtempSync(join(home, '.snippets', 'run-'))
  try {
    for (const [index, block] of blocks.entries()) {
      // Blank lines in front make the compiler's line numbers those of the document.
      writeFileSync(join(folder, `block-${index}.ts`), '\n'.repeat(block.line - 1) + block.code)
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    const tsc = join(home, 'node_modules/typescript/bin/tsc')
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const problems = stdout.split('\n').flatMap((line) => toProblem(line, blocks))
    if (status !== 0 && problems.length === 0) throw new Error(`The compiler failed:\n${stdout}${stderr}`)
    return problems
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tsconfig = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { types: ['node'], moduleDetection: 'force' },
  include: ['*.ts'],
}

/** A line such as `block-3.ts(12,5): error TS2322: …`; errors elsewhere are reported under the file's own name. */
function toProblem(text: string, blocks: readonly CodeBlock[]): Problem[] {
  const [, file = '', line = '', message = ''] = /^(.+?)\((\d+),\d+\): error (.+)$/.exec(text) ?? []
  if (message === '') return []
  const block = blocks[Number(/^block-(\d+)\.ts$/.exec(file)?.[1] ?? -1)]
  return [{ document: block?.document ?? file, line: Number(line), message }]
}
