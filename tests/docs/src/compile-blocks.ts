import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
 * Type-checks each block as a module of its own against the sources of this repository, as strictly as they are. Blocks
 * that name a file lie in that place, so that those of one document can import each other.
 * The files lie inside this workspace for the time of the check, because imports are resolved from where a file is.
 */
export function compileBlocks(blocks: readonly CodeBlock[]): Problem[] {
  if (blocks.length === 0) return []
  const paths = new Map(blocks.map((block, index) => [pathOf(block, index), block]))
  if (paths.size < blocks.length) throw new Error('Two blocks of one document name the same file.')
  mkdirSync(join(home, '.snippets'), { recursive: true })
  const folder = mkdtempSync(join(home, '.snippets', 'run-'))
  try {
    for (const [path, block] of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      // Blank lines in front make the compiler's line numbers those of the document.
      writeFileSync(join(folder, path), '\n'.repeat(block.line - 1) + block.code)
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    const tsc = join(home, 'node_modules/typescript/bin/tsc')
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const problems = stdout.split('\n').flatMap((line) => toProblem(line, paths))
    if (status !== 0 && problems.length === 0) throw new Error(`The compiler failed:\n${stdout}${stderr}`)
    return problems
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tsconfig = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { types: ['node'], moduleDetection: 'force' },
  include: ['**/*.ts'],
}

function pathOf({ document, file }: CodeBlock, index: number): string {
  return file?.endsWith('.ts') ? join(document, file) : `block-${index}.ts`
}

/** A line such as `block-3.ts(12,5): error TS2322: …`; errors elsewhere are reported under the file's own name. */
function toProblem(text: string, paths: ReadonlyMap<string, CodeBlock>): Problem[] {
  const [, file = '', line = '', message = ''] = /^(.+?)\((\d+),\d+\): error (.+)$/.exec(text) ?? []
  if (message === '') return []
  const block = paths.get(file)
  return [{ document: block?.document ?? file, line: Number(line), message }]
}
