import {
  ask,
  askOrRefused,
  expect,
  isRefusal,
  pause,
  promptly,
  saying,
  soon,
  textOf,
  userMessage,
} from './check-call.js'
import type { Message } from './message.js'
import type { ModelEvent, ModelRequest } from './model.js'
import type { CheckContext, ModelCheck } from './model-check.js'
import { describeError, NotApplicable } from './model-check.js'
import type { ScenarioName } from './model-scenarios.js'
import { countHandles } from './watch-host.js'

/** Many callers, big inputs, every character, slow readers, and what is left behind. */
export const loadChecks: readonly ModelCheck[] = [
  {
    name: 'answers several callers at once',
    async run({ model, textRequest }) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask(model, textRequest)))
      const empty = answers.filter(({ result }) => textOf(result.message) === '').length
      expect(empty === 0, `${empty} of four answers are empty`)
    },
  },
  {
    name: 'does not mix the answers of several callers',
    needs: 'echo',
    async run(context) {
      const texts = Array.from({ length: 8 }, (_, index) => `I am caller number ${index}. `.repeat(index + 1).trim())
      await Promise.all(texts.map((text) => expectEcho(context, 'echo', text)))
    },
  },
  {
    name: 'takes a long conversation and a long text',
    async run({ model, textRequest }) {
      const turns = Array.from({ length: 200 }, (_, index): Message[] => [
        userMessage(`Question ${index}?`),
        { role: 'assistant', content: [{ type: 'text', text: `Answer ${index}.` }] },
      ])
      const conversation = { ...textRequest, messages: [...turns.flat(), ...textRequest.messages] }
      for (const request of [conversation, saying(textRequest, `Say hello. ${'word '.repeat(200_000)}`)]) {
        const outcome = await askOrRefused(model, request)
        if (!('refusal' in outcome)) continue
        const { refusal } = outcome
        expect(refusal.code === 'context-overflow' || isRefusal(refusal), `it failed with ${describeError(refusal)}`)
      }
      await ask(model, textRequest)
    },
  },
  {
    name: 'carries a megabyte there and back',
    needs: 'echo',
    run: (context) => expectEcho(context, 'echo', `${'0123456789abcde '.repeat(65_536)}end`),
  },
  {
    name: 'brings back every character',
    needs: 'echo',
    run: (context) => expectEcho(context, 'echo', everyScript),
  },
  {
    name: 'brings back every character, byte by byte',
    needs: 'bytewise',
    run: (context) => expectEcho(context, 'bytewise', everyScript),
  },
  {
    name: 'waits for a slow reader and loses nothing',
    needs: 'echo',
    async run(context) {
      const text = Array.from({ length: 2000 }, (_, index) => `word${index}`).join(' ')
      await expectEcho(context, 'echo', text, (pulls) => (pulls < 20 ? pause(5) : undefined))
    },
  },
  {
    name: 'does not run ahead of its reader',
    needs: 'endless',
    async run(context) {
      const { model, request, service } = context.needed('endless')
      const { promptMs } = context
      const sent = () => service.sent?.() ?? 0
      const events = model.stream(request)[Symbol.asyncIterator]()
      try {
        for (let pulls = 0; pulls < 3; pulls++) await events.next()
        const end = Date.now() + promptMs
        // Whatever lies between the two may fill up; then the service must have to wait.
        for (let before = -1; before !== sent(); ) {
          expect(Date.now() < end, `nobody reads, and the service has got rid of ${before}, and goes on`)
          before = sent()
          await pause(Math.min(200, promptMs / 4))
        }
      } finally {
        await promptly(promptMs, 'leaving', Promise.resolve(events.return?.()))
      }
    },
  },
  {
    name: 'leaves no handles open',
    async run({ model, textRequest, promptMs }) {
      if (!countHandles()) throw new NotApplicable('the host does not tell what is open')
      // What the first calls open may stay open: a connection that the next ones use.
      await useAndLeave(model, textRequest)
      const before = countHandles()
      const rounds = 6
      for (let round = 0; round < rounds; round++) await useAndLeave(model, textRequest)
      const grown = () =>
        [...(countHandles() ?? [])].find(([kind, count]) => count - (before?.get(kind) ?? 0) >= rounds)?.[0]
      await soon(promptMs, `each call leaves a handle of the kind ${grown()} open`, () => grown() === undefined)
    },
  },
  {
    name: 'leaves no rejection unhandled',
    async run({ model, textRequest, rejections, promptMs }) {
      if (!rejections) throw new NotApplicable('the host does not tell of rejections')
      await useAndLeave(model, textRequest)
      // Never pulled; left while the first pull is under way; aborted while nobody waits.
      model.stream(textRequest)
      const left = model.stream(textRequest)[Symbol.asyncIterator]()
      const pending = left.next().catch(() => {})
      await promptly(promptMs, 'leaving while a pull waits', Promise.resolve(left.return?.()))
      await pending
      const controller = new AbortController()
      const aborted = model.stream(textRequest, { signal: controller.signal })[Symbol.asyncIterator]()
      await aborted.next()
      controller.abort()
      // A rejection counts as unhandled only once the engine has had its turn.
      await pause(50)
      await aborted.next().catch(() => {})
      await pause(50)
      expect(rejections.length === 0, `a promise was rejected and nobody handled it: ${describeError(rejections[0])}`)
    },
  },
]

/** Astral, combining, right to left, joined, composed both ways, what JSON and lines escape: all well-formed. */
const everyScript = [
  'plain "quoted" \\ back\\slash / </script> & %41 \t tab',
  'two\nlines and \u2028 a separator \u0001 control \u007f',
  'Grüße, naïve \u00e9 and e\u0301, Zalgo \u0308\u0323\u0331',
  'Привет, 你好，世界, こんにちは, 안녕, नमस्ते, ไทย',
  'שלום עולם, مرحبا, \u202eoverride\u202c',
  '🙂🙃 👩‍👩‍👧‍👦 🏳️‍🌈 🇳🇴 𝕏 𠮷 \u{10ffff}',
  'bom \ufeff inside, replacement \ufffd, nbsp \u00a0 end',
].join('\n')

async function expectEcho(
  context: CheckContext,
  name: ScenarioName,
  text: string,
  beforePull: (pulls: number) => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const { model, request } = context.needed(name)
  let [said, pulls] = ['', 0]
  const events: ModelEvent[] = []
  for await (const event of model.stream(saying(request, text))) {
    events.push(event)
    if (event.type === 'text-delta') {
      said += event.text
      expect(!/\p{Surrogate}/u.test(event.text), `half a character came alone, in ${JSON.stringify(event.text)}`)
    }
    await beforePull(pulls++)
  }
  expect(events.at(-1)?.type === 'model-end', 'the answer has no model-end')
  expect(said === text, differenceOf(said, text))
}

function differenceOf(said: string, text: string): string {
  let place = 0
  while (place < text.length && said[place] === text[place]) place++
  const shown = (value: string) => JSON.stringify(value.slice(place, place + 20))
  return `the answer is not what was said: after ${place} characters ${shown(said)} in place of ${shown(text)}`
}

/** One call read to its end, one left early, one aborted. */
async function useAndLeave(model: CheckContext['model'], request: ModelRequest): Promise<void> {
  await ask(model, request)
  for await (const _event of model.stream(request)) break
  const controller = new AbortController()
  const events = model.stream(request, { signal: controller.signal })[Symbol.asyncIterator]()
  await events.next()
  controller.abort()
  await events.next().catch(() => {})
}
