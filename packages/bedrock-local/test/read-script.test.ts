import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readScript } from '../src/index.js'
import { clientOf, converse, withLocal } from './helpers.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-local-script-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(content: unknown): Promise<string> {
  const path = join(folder, 'script.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const script = (reply: unknown, when: unknown = {}) => ({ rules: [{ when, reply }] })

describe('readScript', () => {
  it('answers as the file says', async () => {
    const rules = [
      { when: { user: { regex: 'my name is (\\w+)', flags: 'i' } }, reply: 'Hello {{1}}' },
      { reply: { content: [{ toolUse: { name: 'echo', input: { text: '{{user}}' } } }] } },
    ]
    await withLocal({ reply: await readScript(await written({ rules, otherwise: 'error' })) }, async (local) => {
      const client = clientOf(local)
      expect((await converse(client, 'My name is Ada')).output?.message?.content).toEqual([{ text: 'Hello Ada' }])
      expect((await converse(client, 'ping')).output?.message?.content?.[0]?.toolUse?.input).toEqual({ text: 'ping' })
    })
  })

  it.each<[string, unknown, string]>([
    ['what is no JSON', '{', 'JSON'],
    ['a list', [], 'must be an object, not a list'],
    ['no rules', {}, 'rules is missing'],
    ['a wrong word', { rules: [], otherwise: 'panic' }, 'otherwise must be one of error, stand-in, not "panic"'],
    ['a missing reply', { rules: [{}] }, 'rules.0.reply is missing'],
    ['a reply of the wrong type', script(7), 'rules.0.reply must be an object, not 7'],
    ['an unknown member', script('x', { usr: 'x' }), 'rules.0.when.usr is not known here, but user, system, model'],
    [
      'a member deep down',
      script({ content: [{ text: 'x' }, { toolUse: { name: 7 } }] }),
      'rules.0.reply.content.1.toolUse.name must be a string, not 7',
    ],
    [
      'an unknown block',
      script({ content: [{ txet: 'x' }] }),
      'rules.0.reply.content.0 must have just one of text, toolUse, toolResult, reasoningContent, citationsContent, image, and has txet',
    ],
    ['a bad pattern', script('x', { user: { regex: '(' } }), 'rules.0.when.user is no regular expression: Invalid'],
    ['bad flags', script('x', { user: { regex: 'x', flags: 'ii' } }), 'rules.0.when.user is no regular expression'],
    ['an unknown fault', script({ fault: { type: 'explode' } }), 'rules.0.reply.fault is no fault: There is no fault'],
    ['an unknown operation', script('x', { operation: 'Chat' }), 'operation must be one of Converse, ConverseStream'],
    ['a turn of 0', script('x', { turn: 0 }), 'rules.0.when.turn must be a whole number, 1 or more, not 0'],
    [
      'a group that the pattern does not have',
      script('{{2}}', { user: { regex: '(x)' } }),
      'rules.0.reply has {{2}}, and there are {{0}}, {{1}}, {{user}}, {{model}}, {{result.<tool>.<member>}}',
    ],
    [
      'a text that would be too long',
      script({ content: [{ text: 'xxxxx', repeat: 1_000_000 }] }),
      'rules.0.reply.content.0 makes 5000000 characters, 2000000 are the most',
    ],
    ['a delay of days', script({ delayMs: 1e9 }), 'rules.0.reply.delayMs must be a whole number, from 0 to 3600000'],
    ['too many rules', { rules: Array(1001).fill({ reply: 'x' }) }, 'rules has 1001 items, 1000 are the most'],
    ['many mistakes', { rules: Array(9).fill({}) }, 'rules.4.reply is missing; and 4 more'],
    ['too long a file', `"${'x'.repeat(1_000_001)}"`, 'It has 1000003 bytes, and 1000000 are the most'],
    ['a member named like one of every object', script('x', JSON.parse('{"__proto__": 1}')), '__proto__ is not known'],
  ])('refuses %s, and names the file and the place', async (_name, content, message) => {
    const path = await written(content)
    const failed = await readScript(path).then(
      () => 'it was accepted',
      (error: Error) => error.message,
    )
    expect(failed).toContain(`The script ${path} cannot be used.`)
    expect(failed).toContain(message)
  })

  it('refuses a file that is not there', async () => {
    await expect(readScript(join(folder, 'none.json'))).rejects.toThrow('ENOENT')
  })
})
