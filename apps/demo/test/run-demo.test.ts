import { expect, test } from 'vitest'
import { localEndpoint } from '../src/endpoint.js'
import { defaultQuestion } from '../src/options.js'
import { runDemo } from '../src/run-demo.js'

async function demo(question: string): Promise<string> {
  await using endpoint = await localEndpoint()
  expect(endpoint.notice).toMatch(/scripted stand-in, not a language model/)
  let output = ''
  await runDemo(endpoint.model, question, { write: (text) => void (output += text) })
  return output
}

test('answers with three tools, two of them at once, fills the schema, and shows what it took', async () => {
  const output = await demo(defaultQuestion)
  const position = (text: string) => {
    expect(output).toContain(text)
    return output.indexOf(text)
  }
  // Both thermometers are read before either tool has ended.
  expect(position('get_weather {"city":"Oslo"}')).toBeLessThan(position('{"city":"Lisbon","celsius":16}'))
  expect(output.match(/reading the thermometer/g)).toHaveLength(2)
  expect(position('current_time')).toBeGreaterThan(0)
  expect(position('calculator')).toBeGreaterThan(position('{"city":"Oslo","celsius":2}'))
  // 14 degrees Celsius of difference are 25.2 of Fahrenheit.
  expect(output).toContain('25.2')
  expect(output).toContain('"email": "maria.silva@example.com"')
  expect(output).toContain('"bags": 2')
  expect(output).toMatch(
    /step +start +time +in +out +end\ninvoke_agent agent +0 ms .* done\n├─ chat us\.anthropic\.claude\S+ .* tool-use\n/,
  )
  expect(output.match(/├─ execute_tool get_weather +\d/g)).toHaveLength(2)
  expect(output).toMatch(/└─ chat .* ms .*█.* end\n$/)
}, 30_000)

test('another question gives another run', async () => {
  const output = await demo('How cold is it in Helsinki?')
  expect(output).toContain('get_weather {"city":"Helsinki"}')
  expect(output).not.toContain('Lisbon","celsius"')
}, 30_000)
