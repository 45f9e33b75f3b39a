import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { image, pdf } from '../src/client.js'
import { toDocumentName } from '../src/document-name.js'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const bytesOf = (binary: string) => Uint8Array.from(binary, (character) => character.charCodeAt(0))
const document = '%PDF-1.7 and so on'

describe('image', () => {
  const expected = { type: 'image', format: 'png', source: { type: 'base64', base64: png } }

  it.each([
    ['bytes', bytesOf(atob(png))],
    ['base64', png],
    ['a data URL', `data:image/png;base64,${png}`],
    ['a data URL with the wrong type', `data:image/gif;base64,${png}`],
  ])('is made from %s', (_what, input) => {
    expect(image(input)).toEqual(expected)
  })

  it('is told by its first bytes', () => {
    const formats = ['\xff\xd8\xff\xe0', 'GIF89a', 'RIFF\0\0\0\0WEBP'].map((head) => image(btoa(`${head}more`)).format)
    expect(formats).toEqual(['jpeg', 'gif', 'webp'])
  })

  it('of S3 is told by its key, or by the caller', () => {
    const uri = 's3://bucket/scan.JPG'
    expect(image(uri)).toEqual({ type: 'image', format: 'jpeg', source: { type: 's3', uri } })
    expect(image('s3://bucket/scan', { format: 'webp' }).format).toBe('webp')
    expect(() => image('s3://bucket/scan')).toThrow('format of the image cannot be told')
  })

  it('holds many bytes as they are', () => {
    const bytes = bytesOf(atob(png))
    const long = new Uint8Array(200_001)
    for (let index = 0; index < long.length; index++) long[index] = bytes[index] ?? index % 256
    const { source } = image(long)
    expect(Buffer.from(source.type === 'base64' ? source.base64 : '', 'base64').equals(long)).toBe(true)
  })

  it.each([
    ['a web URL', 'https://example.com/a.png', 'nothing is fetched from the web'],
    ['a file URL', 'file:///etc/passwd', 'scheme "file"'],
    ['a path', '/pictures/scan.png', 'is not base64'],
    ['a path that reads as base64', 'etc/passwd00', 'format of the image cannot be told'],
    ['nothing', '', 'is empty'],
    ['no bytes', new Uint8Array(), 'is not base64'],
    ['base64 with line breaks', `${png}\n`, 'is not base64'],
  ])('is not made from %s', (_what, input, words) => {
    expect(() => image(input)).toThrow(words)
  })
})

describe('pdf', () => {
  it('is made from bytes, base64, a data URL or S3', () => {
    const base64 = btoa(document)
    const expected = { type: 'document', format: 'pdf', name: 'document', source: { type: 'base64', base64 } }
    expect(pdf(bytesOf(document))).toEqual(expected)
    expect(pdf(base64)).toEqual(expected)
    expect(pdf(`data:application/pdf;base64,${base64}`)).toEqual(expected)
    const uri = 's3://bucket/some_plan.pdf'
    expect(pdf(uri)).toEqual({ ...expected, source: { type: 's3', uri } })
    expect(pdf(uri, { name: 'a_plan', context: 'old', citations: true })).toEqual({
      ...expected,
      ...{ name: 'aplan', source: { type: 's3', uri }, context: 'old', citations: true },
    })
  })

  it.each([
    ['something else', btoa('Dear Sir, here is my letter.'), 'is no PDF'],
    ['a path that reads as base64', '/srv/report0', 'is no PDF'],
    ['a web URL', 'http://localhost/a.pdf', 'nothing is fetched from the web'],
  ])('is not made from %s', (_what, input, words) => {
    expect(() => pdf(input)).toThrow(words)
  })
})

describe('the name of a document', () => {
  it.each([
    ['monthly_report', 'monthlyreport'],
    ['___', 'document'],
    ['', 'document'],
    [' \t ', 'document'],
    ['report \t  final', 'report final'],
    ['résumé (2) [b]-c', 'résumé (2) [b]-c'],
    ['報告書', '報告書'],
    ['a/b\\c:d"e', 'abcde'],
    ['𝒜bc', '𝒜bc'],
  ])('%j becomes %j', (name, expected) => {
    expect(toDocumentName(name)).toBe(expected)
  })

  it('has 200 characters at most and no space at its end', () => {
    expect(toDocumentName('x'.repeat(201))).toBe('x'.repeat(200))
    expect(toDocumentName(`${'x'.repeat(199)} y`)).toBe('x'.repeat(199))
  })
})

interface Case {
  readonly id: string
  readonly rule: number
  readonly input: { readonly name?: string; readonly document?: { readonly uri: string } }
  readonly expected: {
    readonly name?: string
    readonly nameLengthAtMost?: number
    readonly nameStartsWith?: string
    readonly block?: {
      readonly document: { readonly name: string; readonly source: { readonly s3Location: { readonly uri: string } } }
    }
  }
}

const folder = process.env.X_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures')
const file = join(folder, 'instructor-cases.json')
const missing = existsSync(file) ? '' : ` (skipped: no recorded cases in ${folder}; set X_FIXTURES)`
const cases: readonly Case[] = missing ? [] : JSON.parse(readFileSync(file, 'utf8'))

describe.skipIf(missing)(`recorded documents${missing}`, () => {
  it.each(cases.filter(({ rule, input }) => rule === 51 && input.name !== undefined))('$id', ({ input, expected }) => {
    const { name } = pdf('s3://bucket/a.pdf', { name: input.name ?? '' })
    if (expected.name !== undefined) expect(name).toBe(expected.name)
    expect(name.length).toBeLessThanOrEqual(expected.nameLengthAtMost ?? 200)
    expect(name.startsWith(expected.nameStartsWith ?? '')).toBe(true)
  })

  it.each(cases.filter(({ input }) => input.document))('$id', ({ input, expected }) => {
    const { name, source } = pdf(input.document?.uri ?? '')
    expect(name).toBe(expected.block?.document.name)
    expect(source).toEqual({ type: 's3', ...expected.block?.document.source.s3Location })
  })
})
