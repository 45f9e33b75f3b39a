import { chmod, link, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAgentError } from '@x/types'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileTools } from '../src/files.js'
import { makeFolder, toolsOf } from './folder.js'
import { toolContext } from './tool-context.js'

describe('fileTools', () => {
  it('are five tools that say what they do to the world; the writing ones wait for a yes, one at a time', async () => {
    const { root } = await makeFolder()
    const facts = fileTools({ root }).map(({ name, needsApproval, sequential, timeoutMs, annotations }) => {
      const { readOnly, destructive, idempotent, openWorld } = annotations ?? {}
      return [name, needsApproval, sequential, timeoutMs, readOnly, destructive, idempotent, openWorld]
    })
    expect(facts).toEqual([
      ['read_file', undefined, undefined, 30_000, true, false, true, false],
      ['list_files', undefined, undefined, 30_000, true, false, true, false],
      ['search_files', undefined, undefined, 30_000, true, false, true, false],
      ['write_file', true, true, 30_000, false, true, true, false],
      ['edit_file', true, true, 30_000, false, true, false, false],
    ])
  })

  it('are three when they only read, and can have a prefix', async () => {
    const { root } = await makeFolder()
    const names = fileTools({ root, readOnly: true, prefix: 'notes_' }).map(({ name }) => name)
    expect(names).toEqual(['notes_read_file', 'notes_list_files', 'notes_search_files'])
  })

  it('refuse a root that is none', async () => {
    const { base, root, secret } = await makeFolder()
    await symlink('/', join(base, 'all'))
    for (const wrong of ['/', '', join(root, 'none'), secret, join(base, 'all'), undefined as unknown as string]) {
      expect(() => fileTools({ root: wrong })).toThrow('is no folder to give away')
    }
    expect(() => fileTools({ root, maxChars: Number.NaN })).toThrow('The option maxChars of fileTools is NaN')
  })

  it('can have a root for each user', async () => {
    const { base } = await makeFolder({ 'ann/a.txt': 'of Ann', 'bob/a.txt': 'of Bob' })
    const [read] = fileTools<{ user: string }>({ root: ({ user }) => join(base, 'root', user) })
    const as = (user: string) => read?.execute({ path: 'a.txt' }, toolContext({ env: { user } }).context)
    expect(await Promise.all([as('ann'), as('bob')])).toEqual(['of Ann', 'of Bob'])
    await expect(as('none')).rejects.toMatchObject({ code: 'invalid-config', scope: 'run' })
  })
})

describe('read_file', () => {
  it('gives a short file as it is', async () => {
    const call = toolsOf((await makeFolder({ 'a/b.txt': '\uFEFFone\r\n\ttwo\n', empty: '' })).root)
    expect(await call('read_file', { path: './a//b.txt' })).toBe('\uFEFFone\r\n\ttwo\n')
    expect(await call('read_file', { path: 'empty' })).toBe('(The file is empty.)')
  })

  it('gives a long file piece by piece', async () => {
    const text = Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join('')
    const call = toolsOf((await makeFolder({ 'a.txt': text, 'long.txt': `${'x'.repeat(50)}\ny` })).root, {
      maxChars: 20,
    })
    const note = (text: string, shown: string) => [
      { type: 'text', text },
      { type: 'text', text: shown },
    ]
    expect(await call('read_file', { path: 'a.txt' })).toEqual(
      note('(a.txt, lines 1 to 3 of 100. Read on with offset 4.)', 'line 1\nline 2\nline 3'),
    )
    expect(await call('read_file', { path: 'a.txt', offset: 50, limit: 1 })).toEqual(
      note('(a.txt, lines 50 to 50 of 100. Read on with offset 51.)', 'line 50'),
    )
    expect(await call('read_file', { path: 'a.txt', offset: 100 })).toEqual(
      note('(a.txt, lines 100 to 100 of 100.)', 'line 100'),
    )
    expect(await call('read_file', { path: 'a.txt', offset: 101 })).toBe('(a.txt has only 100 lines.)')
    expect(await call('read_file', { path: 'long.txt' })).toEqual(
      note(
        '(long.txt, lines 1 to 1 of 2. Read on with offset 2. The line has 50 characters, of which 20 are shown.)',
        'x'.repeat(20),
      ),
    )
  })

  it.each([
    ['none.txt', 'tool-failed', '"none.txt" is not there.'],
    ['folder', 'access-denied', '"folder" is a folder.'],
    ['a.txt/b', 'tool-failed', '"a.txt" is not a folder'],
    ['zeros', 'tool-failed', '"zeros" is a binary file, or not in UTF-8'],
    ['latin1', 'tool-failed', 'is a binary file, or not in UTF-8'],
    ['large', 'tool-failed', '"large" is larger than 1000 bytes'],
    ['.', 'access-denied', '"." is a folder.'],
  ])('says what is wrong with %s', async (path, code, words) => {
    const { root } = await makeFolder({
      ...{
        'a.txt': 'a',
        'folder/x': '',
        zeros: 'a\0b',
        latin1: Buffer.from([0x61, 0xfc, 0x62]),
        large: 'a'.repeat(1_001),
      },
    })
    const refusal = toolsOf(root, { maxFileBytes: 1_000 })('read_file', { path })
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
    await expect(refusal).rejects.not.toThrow(root)
  })
})

describe('write_file', () => {
  it('makes a file and the folders it lies in', async () => {
    const { root } = await makeFolder()
    expect(await toolsOf(root)('write_file', { path: 'a/b/ü.txt', content: 'grüß' })).toBe('Made "a/b/ü.txt": 6 bytes.')
    expect(await readFile(join(root, 'a/b/ü.txt'), 'utf8')).toBe('grüß')
    expect(await readdir(join(root, 'a/b'))).toEqual(['ü.txt'])
  })

  it('replaces a file only when told so, and keeps its permissions but not those of others', async () => {
    const { root } = await makeFolder({ 'run.sh': 'old' })
    await chmod(join(root, 'run.sh'), 0o4751)
    const call = toolsOf(root)
    await expect(call('write_file', { path: 'run.sh', content: 'new' })).rejects.toThrow('set overwrite to replace it')
    expect(await readFile(join(root, 'run.sh'), 'utf8')).toBe('old')
    expect(await call('write_file', { path: 'run.sh', content: 'new', overwrite: true })).toBe(
      'Replaced "run.sh": 3 bytes.',
    )
    expect((await stat(join(root, 'run.sh'))).mode & 0o7777).toBe(0o751)
    expect(await readdir(root)).toEqual(['run.sh'])
  })

  it('does not write through a hard link', async () => {
    const { root, secret } = await makeFolder()
    await link(secret, join(root, 'hard'))
    await toolsOf(root)('write_file', { path: 'hard', content: 'new', overwrite: true })
    expect([await readFile(join(root, 'hard'), 'utf8'), await readFile(secret, 'utf8')]).toEqual(['new', 'SECRET'])
  })

  it('shows a reader the old text or the new one, never a part', async () => {
    const texts = ['a'.repeat(300_000), 'b'.repeat(300_000)]
    const { root } = await makeFolder({ 'a.txt': texts[0] ?? '' })
    const call = toolsOf(root)
    let writing = true
    const write = async () => {
      for (let count = 0; count < 30; count += 1) {
        await call('write_file', { path: 'a.txt', content: texts[count % 2], overwrite: true })
      }
      writing = false
    }
    const written = write()
    while (writing) expect(texts).toContain(await readFile(join(root, 'a.txt'), 'utf8'))
    await written
  })

  it('lets one of many calls make a file', async () => {
    const { root } = await makeFolder()
    const call = toolsOf(root)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => call('write_file', { path: 'new/a.txt', content: String(index) })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(join(root, 'new'))).toEqual(['a.txt'])
  })

  it('leaves nothing behind when it fails', async () => {
    const { root } = await makeFolder({ 'folder/x': '' })
    const call = toolsOf(root, { maxFileBytes: 10 })
    await expect(call('write_file', { path: 'folder', content: 'a', overwrite: true })).rejects.toThrow('is a folder')
    await expect(call('write_file', { path: 'a.txt', content: 'ü'.repeat(6) })).rejects.toThrow(
      '12 bytes; 10 is the most',
    )
    await expect(call('write_file', { path: 'a.txt', content: 'a\0' })).rejects.toThrow('no NUL characters')
    expect(await readdir(root)).toEqual(['folder'])
  })

  it.each([
    ['README.md', 'readme.MD'],
    ['caf\u00e9', 'cafe\u0301'],
    ['src/a.txt', 'SRC/b.txt'],
    ['a.txt', 'a\u200b.txt'],
    ['\uff41.txt', 'a.txt'],
  ])('does not make a twin of %s', async (there, twin) => {
    const { root } = await makeFolder({ [there]: 'there' })
    await expect(toolsOf(root)('write_file', { path: twin, content: 'x' })).rejects.toThrow('nothing but case or form')
  })
})

describe('edit_file', () => {
  const edit = async (text: string, oldText: string, newText: string, all?: boolean) => {
    const { root } = await makeFolder({ 'a.txt': text })
    const outcome = await toolsOf(root)('edit_file', { path: 'a.txt', oldText, newText, ...(all && { all }) }).catch(
      String,
    )
    return [outcome, await readFile(join(root, 'a.txt'), 'utf8')]
  }

  it('replaces a passage that is there once', async () => {
    expect(await edit('one\ntwo\nthree\n', 'two\nthr', '$& $1 2\nthr')).toEqual([
      'Edited "a.txt": one passage replaced.',
      'one\n$& $1 2\nthree\n',
    ])
  })

  it('replaces all when told so', async () => {
    expect(await edit('aaaa', 'aa', 'b', true)).toEqual(['Edited "a.txt": 2 passages replaced.', 'bb'])
  })

  it('says how often a passage occurs that is not there once', async () => {
    expect(await edit('one\n', 'two', 'x')).toEqual([
      expect.stringContaining('occurs 0 times in "a.txt"; nothing was changed. It must be'),
      'one\n',
    ])
    expect(await edit('a\na\n\nb a\n', 'a', 'x')).toEqual([
      expect.stringContaining('occurs 3 times in "a.txt" (lines 1, 2, 4); nothing was changed. Take more'),
      'a\na\n\nb a\n',
    ])
    expect((await edit('a\n'.repeat(9), 'a\n', 'x'))[0]).toContain('9 times in "a.txt" (lines 1, 2, 3, 4, 5 …)')
  })

  it('keeps the line breaks of the file and its byte order mark', async () => {
    expect((await edit('\uFEFFa\r\nb\r\nc', 'a\nb', '1\n2'))[1]).toBe('\uFEFF1\r\n2\r\nc')
    expect((await edit('a\r\nb\nc', 'b\nc', 'x\ny'))[1]).toBe('a\r\nx\ny')
  })

  it('loses nothing that somebody else writes at the same time', async () => {
    const { root } = await makeFolder({ 'a.txt': 'count\n' })
    const call = toolsOf(root)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        call('edit_file', { path: 'a.txt', oldText: 'count', newText: `count\n${index}` }),
      ),
    )
    const lines = (await readFile(join(root, 'a.txt'), 'utf8')).trim().split('\n').slice(1)
    expect(lines.length).toBeGreaterThan(0)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.message).toContain('changed by somebody else meanwhile')
    }
  })

  it('does not edit a file that changed after it was read, whatever its clock says', async () => {
    const { root } = await makeFolder({ 'a.txt': 'one' })
    const { mtime, atime } = await stat(join(root, 'a.txt'))
    await writeFile(join(root, 'a.txt'), 'two')
    await utimes(join(root, 'a.txt'), atime, mtime)
    await expect(toolsOf(root)('edit_file', { path: 'a.txt', oldText: 'one', newText: 'x' })).rejects.toThrow('0 times')
  })
})

describe('list_files', () => {
  const files = {
    'b.txt': '12',
    'a/one.ts': '1',
    'a/deep/two.ts': '22',
    'node_modules/x/i.js': '',
    '.git/config': '',
    '.env': '',
  }

  it('gives a line for each entry, in order, without what is ignored or denied', async () => {
    const { root } = await makeFolder(files)
    await symlink('b.txt', join(root, 'link'))
    expect(await toolsOf(root)('list_files', {})).toBe('a/\nb.txt 2\nlink (a link, not followed)')
    expect(await toolsOf(root)('list_files', { path: 'a', depth: 9 })).toBe('a/deep/\na/deep/two.ts 2\na/one.ts 1')
    expect(await toolsOf(root)('list_files', { path: 'node_modules' })).toBe('node_modules/x/')
    expect(await toolsOf(root, { deny: [], ignore: [] })('list_files', { pattern: '**/*i*' })).toContain(
      '.git/config 0',
    )
  })

  it('takes a pattern', async () => {
    const call = toolsOf((await makeFolder(files)).root)
    expect(await call('list_files', { pattern: '*.ts' })).toBe('a/deep/two.ts 2\na/one.ts 1')
    expect(await call('list_files', { path: 'a', pattern: 'deep/*' })).toBe('a/deep/two.ts 2')
    expect(await call('list_files', { pattern: '*.none' })).toBe('(Nothing is there.)')
  })

  it('is bounded, and says how to go on', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [`f${String(index).padStart(3, '0')}`, '']),
    )
    const call = toolsOf((await makeFolder(many)).root)
    const first = String(await call('list_files', {})).split('\n')
    expect([first.length, first[499], first[500]]).toEqual([501, 'f499 0', '(There are more: go on with offset 500.)'])
    expect(await call('list_files', { offset: 500 })).toBe('f500 0')
  })

  it('keeps a name with a line break on one line', async () => {
    const { root } = await makeFolder({ 'a\nb.txt': '' })
    expect(await toolsOf(root)('list_files', {})).toBe('"a\\nb.txt" 0')
  })
})

describe('search_files', () => {
  const files = {
    'a.ts': 'one\nTwo (x)\nthree',
    'b/c.md': 'two\n',
    bin: 'two\0',
    'node_modules/m.js': 'two',
    '.env': 'two',
  }

  it('finds lines that hold a text as it stands', async () => {
    const call = toolsOf((await makeFolder(files)).root)
    expect(await call('search_files', { query: 'two' })).toBe(
      'b/c.md:1: two\n(1 files were passed over: too large, not text, or not to be read.)',
    )
    expect(await call('search_files', { query: 'TWO', ignoreCase: true, pattern: '*.{ts}' })).toContain(
      'Nothing was found',
    )
    expect(await call('search_files', { query: 'TWO', ignoreCase: true, pattern: '*.ts' })).toBe('a.ts:2: Two (x)')
    expect(await call('search_files', { query: '(x)', pattern: '*.ts' })).toBe('a.ts:2: Two (x)')
    expect(await call('search_files', { query: 'two', path: 'b' })).toBe('b/c.md:1: two')
    expect(await call('search_files', { query: '.*', pattern: '*.ts' })).toBe('(Nothing was found in 1 files.)')
    await expect(call('search_files', { query: 'a\nb' })).rejects.toThrow('must be one line')
  })

  it('finds lines by a regular expression when told so', async () => {
    const call = toolsOf((await makeFolder(files)).root)
    expect(await call('search_files', { query: '^t\\w+', regex: true, pattern: '*.{ts,md}' })).toContain('Nothing')
    expect(await call('search_files', { query: '^t\\w+', regex: true, pattern: '*.ts' })).toBe('a.ts:3: three')
    expect(await call('search_files', { query: '^t', regex: true, ignoreCase: true, pattern: '*.ts' })).toBe(
      'a.ts:2: Two (x)\na.ts:3: three',
    )
    await expect(call('search_files', { query: '(', regex: true })).rejects.toThrow('not a regular expression')
  })

  it('is not held up by a regular expression without end', async () => {
    const { root } = await makeFolder({ 'a.txt': `${'a'.repeat(60)}b` })
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 20)
    const startMs = performance.now()
    await expect(toolsOf(root)('search_files', { query: '^(a+)+$', regex: true })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('The regular expression took too long for "a.txt".'),
    })
    clearInterval(timer)
    expect(performance.now() - startMs).toBeLessThan(15_000)
    expect(ticks).toBeGreaterThan(10)
  })

  it('ends at once when aborted, in the middle of a regular expression too', async () => {
    const { root } = await makeFolder({ 'a.txt': `${'a'.repeat(60)}b` })
    const { context } = toolContext({ signal: AbortSignal.timeout(300) })
    const work = toolsOf(root)('search_files', { query: '^(a+)+$', regex: true }, context)
    await expect(work).rejects.toMatchObject({ code: 'aborted' })
  })

  it('is bounded, clips long lines round the match, and says how to go on', async () => {
    const long = `${'x'.repeat(1_000)}needle${'y'.repeat(1_000)}`
    const { root } = await makeFolder({ 'a.txt': 'needle\n'.repeat(150), 'b.txt': long })
    const call = toolsOf(root)
    const first = String(await call('search_files', { query: 'needle' })).split('\n')
    expect([first.length, first[99], first[100]]).toEqual([
      101,
      'a.txt:100: needle',
      '(There are more: go on with offset 100.)',
    ])
    const last = String(await call('search_files', { query: 'needle', offset: 100 })).split('\n')
    expect(last).toHaveLength(51)
    expect(last[50]).toMatch(/^b\.txt:1: …x{80}needley{164}…$/)
  })
})

describe('any input', () => {
  it('gives a result or an AgentError, and leaves what is outside as it is', async () => {
    const { base, root } = await makeFolder({ 'a.txt': 'one\ntwo', 'b/c.txt': 'x' })
    const tools = fileTools({ root })
    const path = fc.oneof(fc.constantFrom('a.txt', 'b', 'b/c.txt', '../secret.txt', '/etc/passwd', '.'), fc.string())
    const text = fc.oneof(fc.constantFrom('one', '(a+)+$', '*', '**'), fc.string())
    const input = fc.record(
      {
        ...{ path, pattern: text, query: text, oldText: text, newText: fc.string(), content: fc.string() },
        ...{
          offset: fc.integer(),
          limit: fc.integer(),
          depth: fc.integer(),
          all: fc.boolean(),
          overwrite: fc.boolean(),
        },
        regex: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    const keysOf = (schema: object) => Object.keys(Object((schema as { properties: object }).properties))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...tools), fc.oneof(input, fc.anything()), async (tool, value) => {
        const known = keysOf(tool.inputSchema)
        const fitting = Object.fromEntries(Object.entries(Object(value)).filter(([key]) => known.includes(key)))
        const outcome = await tool.execute(fitting as never, toolContext().context).catch((error) => error)
        expect(typeof outcome === 'string' || Array.isArray(outcome) || isAgentError(outcome)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect((await readdir(base)).sort()).toEqual(['root', 'secret.txt'])
    expect(await readFile(join(base, 'secret.txt'), 'utf8')).toBe('SECRET')
  })
})
