import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../src/file-glob.js'
import { foldName, matchesAny, toNames } from '../src/file-path.js'

describe('toNames', () => {
  it('takes a path apart', () => {
    expect(toNames('a/b.txt')).toEqual(['a', 'b.txt'])
    expect(toNames('./a//./b/')).toEqual(['a', 'b'])
    expect(toNames('.')).toEqual([])
    expect(toNames('')).toEqual([])
    expect(toNames('...')).toEqual(['...'])
    expect(toNames('~/a b')).toEqual(['~', 'a b'])
  })

  it.each([
    ...[
      '..',
      '../a',
      'a/../b',
      'a/..',
      '/',
      '/etc/passwd',
      '//server/share',
      'C:/a',
      'c:a',
      '\\\\server\\share',
      'a\\b',
    ],
    ...[
      '..\\a',
      'a\0',
      '\0',
      'a\nb',
      'a\u0085b',
      'a\u2028b',
      '\ud800',
      'a/'.repeat(501),
      'x'.repeat(256),
      'ü'.repeat(128),
    ],
  ])('refuses %j', (path) => {
    expect(() => toNames(path)).toThrow(expect.objectContaining({ code: 'invalid-tool-input' }))
  })

  it.each(['CON', 'nul.txt', 'COM1', 'lpt9.log', 'ab:stream', 'a.txt::$DATA', 'GIT~1', 'a.', 'a ', 'a/b*', 'CONOUT$'])(
    'refuses %j on Windows alone',
    (path) => {
      expect(() => toNames(path, 'win32')).toThrow('special on Windows')
      expect(toNames(path, 'linux')).toEqual(path.split('/'))
    },
  )

  it('never gives a name that leads elsewhere', () => {
    void fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '\0', ':', '%2e', '~')), (pieces) => {
        try {
          for (const name of toNames(pieces.join(''), 'win32')) expect(name).not.toMatch(/^\.{0,2}$|[/\\\0:]/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-tool-input' })
        }
      }),
    )
  })
})

describe('matchesAny', () => {
  it.each(['.git', '.GIT', '.gIt', '.g\u200cit', '.ｇit', '.gı\u0307t'.normalize('NFC').replace('ı\u0307', 'i')])(
    'sees %j as .git',
    (name) => {
      expect(matchesAny(['.git'], [name])).toBe(true)
    },
  )

  it('holds a pattern without a slash against the last name, others against the whole path', () => {
    expect(matchesAny(['*.pem'], ['a', 'KEY.pem'])).toBe(true)
    expect(matchesAny(['*.pem'], ['a.pem', 'b'])).toBe(false)
    expect(matchesAny(['private/**'], ['private', 'x', 'y'])).toBe(true)
    expect(matchesAny(['private/**'], ['a', 'private', 'x'])).toBe(false)
    expect(matchesAny([], ['a'])).toBe(false)
  })

  it('folds what file systems fold', () => {
    expect(foldName('STRASSE')).toBe(foldName('straße'))
    expect(foldName('cafe\u0301')).toBe(foldName('CAFÉ'))
    expect(foldName('a')).not.toBe(foldName('b'))
  })
})

describe('matchesGlob', () => {
  it.each([
    ['*', 'a/b'],
    ['*.ts', 'src/a.ts'],
    ['?.ts', 'a.ts'],
    ['src/*.ts', 'src/a.ts'],
    ['/src/*.ts', 'src/a.ts'],
    ['src/**', 'src/a/b'],
    ['**/b', 'b'],
    ['**/b', 'a/a/b'],
    ['a/**/c/*.t', 'a/b/c/d/c/x.t'],
    ['*a*b*', 'xxaxxbxx'],
  ])('%s fits %s', (pattern, path) => {
    expect(matchesGlob(pattern, path)).toBe(true)
  })

  it.each([
    ['*.ts', 'a.tsx'],
    ['a', 'A'],
    ['src/*.ts', 'src/a/b.ts'],
    ['src/*', 'lib/a'],
    ['?', ''],
    ['[a]', 'a'],
    ['*a*b', 'ba'],
    ['**/c', 'a/b'],
  ])('%s does not fit %s', (pattern, path) => {
    expect(matchesGlob(pattern, path)).toBe(false)
  })

  it('takes no longer for a pattern made to take long', () => {
    const startMs = performance.now()
    expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false)
    expect(matchesGlob(`${'**/a/'.repeat(60)}b`, Array.from({ length: 300 }, () => 'a').join('/'))).toBe(false)
    expect(performance.now() - startMs).toBeLessThan(10_000)
  })

  it('says what a regular expression would say', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '.')
    void fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.stringMatching(/^[ab.]{0,8}$/), (pieces, name) => {
        const source = pieces
          .map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one === '.' ? '\\.' : one))
          .join('')
        expect(matchesGlob(pieces.join(''), name)).toBe(new RegExp(`^${source}$`).test(name))
      }),
      { numRuns: 1_000 },
    )
  })
})
