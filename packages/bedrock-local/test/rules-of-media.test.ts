import { describe, expect, it } from 'vitest'
import type { WireBlock } from '../src/index.js'
import { sniffImage } from '../src/media-of.js'
import {
  answered,
  ask,
  assistant,
  document,
  hello,
  image,
  png,
  result,
  testRules,
  text,
  user,
  vendor,
} from './rule-cases.js'

const read = (...blocks: readonly WireBlock[]) => ask(text('Read'), ...blocks)
const documents = (count: number) => Array.from({ length: count }, (_, index) => document(`Notes ${index}`))
const cited = (format: string) => document('Notes', { format, source: { bytes: 'aGk=' }, citations: { enabled: true } })
const withBytes = (length: number, format = 'docx') =>
  document('Notes', { format, source: { bytes: 'A'.repeat(length) } })
const s3 = { s3Location: { uri: 's3://bucket/a.png' } }
const name =
  'The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and ' +
  "square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name " +
  'conforms to these restrictions and retry your request.'

describe('documents', () => {
  testRules([
    {
      rule: 'stand beside text',
      taken: read(document()),
      refused: ask(document()),
      message: 'A text block must be included when using documents.',
    },
    {
      rule: 'have names without dots',
      taken: read(document('a_b-c (1) [2]')),
      refused: read(document('notes.txt')),
      message: name,
    },
    {
      rule: 'have single spaces in their names',
      taken: read(document(' a b ')),
      refused: read(document('a  b')),
      message: name,
    },
    {
      rule: 'have plain spaces in their names',
      taken: read(document('a b')),
      refused: read(document('a\u3000b')),
      message: name,
    },
    {
      rule: 'have names of their own, in results too',
      taken: answered(['a'], result('a', { content: [document('A')] })),
      refused: { ...answered(['a'], result('a', { content: [document('A'), document('A')] })) },
      message: "Messages can't contain duplicate document names. Rename the document and retry your request.",
    },
    {
      rule: 'are up to 5',
      taken: read(...documents(5)),
      refused: read(...documents(6)),
      message: "You can't include more than 5 documents in a request.",
    },
    {
      rule: 'are up to 4.5 MB large',
      taken: read(withBytes(6_000_000)),
      refused: read(withBytes(6_000_004)),
      message: 'The document at messages.0.content.1 exceeds the maximum size of 4.5 MB.',
    },
    {
      rule: 'come from the user',
      taken: { messages: [user(text('Read'), document()), assistant(text('Yes')), hello] },
      refused: { messages: [hello, assistant(text('Read'), document()), hello] },
      message: 'The content block at messages.1.content.1 can only be included in messages with the user role.',
    },
    {
      rule: 'are cited as text or PDF',
      taken: read(cited('pdf')),
      refused: read(cited('md')),
      message: 'Unsupported document format. Only txt and pdf formats are supported when citations are enabled',
    },
    {
      rule: 'are not cited by Nova',
      model: 'nova',
      otherModel: 'claude',
      refused: read(cited('txt')),
      message: "This model doesn't support citations.",
    },
    {
      rule: 'are not cited out of results',
      taken: read(cited('txt')),
      refused: answered(['a'], result('a', { content: [cited('txt')] })),
      message: 'Citations are not supported in tool result documents.',
    },
  ])
})

describe('images', () => {
  const large = `${png.slice(0, 40)}${'A'.repeat(5_242_880 - 40)}`
  testRules([
    {
      rule: 'are up to 5 MiB of base64 for Claude',
      taken: ask(image('png', large)),
      refused: ask(text('See'), image('png', `${large}AAAA`)),
      message: vendor(
        'messages.0.content.1.image.source.bytes: image exceeds 5 MB maximum: 5242884 bytes > 5242880 bytes',
      ),
    },
    {
      rule: 'are up to 3.75 MB elsewhere',
      model: 'nova',
      taken: ask(image('png', 'A'.repeat(5_000_000))),
      refused: ask(image('png', 'A'.repeat(5_000_004))),
      message: 'The image at messages.0.content.0 exceeds the maximum size of 3.75 MB.',
    },
    {
      rule: 'are what they say, for Claude',
      otherModel: 'claude3',
      refused: ask(image('jpeg')),
      message: vendor(
        'messages.0.content.0.image.source.bytes: The image was specified using the image/jpeg media type, but the image ' +
          'appears to be a image/png image',
      ),
    },
    {
      rule: 'are what they say, for Llama',
      model: 'llama4',
      taken: ask(image('png')),
      refused: ask(image('gif')),
      message: vendor('The provided image does not match the specified image format.'),
    },
    {
      rule: 'are up to 20 for older models of Claude',
      model: 'claude37',
      otherModel: 'claude',
      refused: ask(...Array.from({ length: 21 }, () => image())),
      message: vendor('too many images and documents: 21 + 0 > 20'),
    },
    {
      rule: 'are up to 100 for newer ones',
      taken: ask(...Array.from({ length: 100 }, () => image())),
      refused: ask(...Array.from({ length: 101 }, () => image())),
      message: vendor('too many images and documents: 101 + 0 > 100'),
    },
    {
      rule: 'are not fetched for Claude',
      otherModel: 'nova',
      refused: ask(text('See'), { image: { format: 'png', source: s3 } }),
      message: "This model doesn't support the s3Uri field. Remove s3Uri and try again.",
    },
  ])
})

describe('the first bytes of an image', () => {
  it.each([
    ['png', '89504e470d0a1a0a0000'],
    ['jpeg', 'ffd8ffe000104a464946'],
    ['gif', '47494638396101000100'],
    ['webp', '524946461a000000574542505650'],
    [undefined, '00000000000000000000'],
    [undefined, ''],
  ])('tell %s', (format, hex) => {
    expect(sniffImage(Buffer.from(hex, 'hex').toString('base64'))).toBe(format)
  })
})

describe('videos', () => {
  testRules([
    {
      rule: 'are under 25 MB of base64',
      model: 'nova',
      taken: ask({ video: { format: 'mp4', source: { bytes: 'A'.repeat(24_999_996) } } }),
      refused: ask({ video: { format: 'mp4', source: { bytes: 'A'.repeat(25_000_000) } } }),
      message: 'The video at messages.0.content.0 exceeds the maximum size of 25 MB. Use an S3 location instead.',
    },
  ])
})
