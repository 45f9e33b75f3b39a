import { expect, test } from 'vitest'
import type { CodeBlock } from '../src/code-blocks.js'
import { codeBlocks } from '../src/code-blocks.js'
import { compileBlocks } from '../src/compile-blocks.js'
import { documents, readText } from '../src/repository.js'

const blocks = documents().flatMap((document) => codeBlocks(document, readText(document)))

test('every TypeScript block of every document compiles against the sources', { timeout: 60_000 }, () => {
  const typescript = blocks.filter(({ info }) => info === 'ts')
  expect(typescript.map(({ document }) => document)).toContain('README.md')
  expect(compileBlocks(typescript)).toEqual([])
})

test('no block escapes the check by its label', () => {
  const unchecked = blocks.filter(
    ({ info }) => info !== 'ts' && /^(ts|js|typescript|javascript|mts|tsx|jsx)\b/.test(info),
  )
  expect(unchecked.map(({ document, line, info }) => `${document}:${line - 1} ${info}`)).toEqual([])
})

test('a block that does not compile is reported at its line of the document', { timeout: 60_000 }, () => {
  const wrong: CodeBlock = {
    document: 'guide.md',
    line: 7,
    info: 'ts',
    code: `\nexport const answer: number = 'six'\n`,
  }
  expect(compileBlocks([wrong])).toEqual([
    { document: 'guide.md', line: 8, message: `TS2322: Type 'string' is not assignable to type 'number'.` },
  ])
})

test('blocks of one document import each other by the files that they name', { timeout: 60_000 }, () => {
  const block = (file: string, code: string): CodeBlock => ({ document: 'guide.md', line: 3, info: 'ts', file, code })
  const answer = block('src/answer.ts', `export const answer: number = 42\n`)
  const use = block('test/use.ts', `import { answer } from '../src/answer.js'\n\nexport const text: string = answer\n`)
  expect(compileBlocks([answer, use])).toEqual([
    { document: 'guide.md', line: 5, message: `TS2322: Type 'number' is not assignable to type 'string'.` },
  ])
  expect(() => compileBlocks([answer, answer])).toThrow('same file')
})

test('a line that holds nothing but a path and a colon names the file of the next block', () => {
  const markdown = '`src/one.ts`:\n\n```ts\n1\n```\n\nSee `src/two.ts`:\n\n```ts\n2\n```\n'
  expect(codeBlocks('guide.md', markdown)).toEqual([
    { document: 'guide.md', line: 4, info: 'ts', code: '1', file: 'src/one.ts' },
    { document: 'guide.md', line: 10, info: 'ts', code: '2' },
  ])
})

test('blocks are found in lists and quotes and between longer fences, with the line where their code begins', () => {
  const markdown = [
    '- item',
    '  ```ts',
    '  const a = 1',
    '  ```',
    '> ~~~sh',
    '> ls',
    '> ~~~',
    '````',
    '```',
    '````',
  ].join('\n')
  expect(codeBlocks('guide.md', markdown)).toEqual([
    { document: 'guide.md', line: 3, info: 'ts', code: 'const a = 1' },
    { document: 'guide.md', line: 6, info: 'sh', code: 'ls' },
    { document: 'guide.md', line: 9, info: '', code: '```' },
  ])
})
