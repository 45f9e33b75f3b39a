import { test } from 'node:test'
import type { AssistantPart } from '@x/types'
import { modelTests, scriptedModel } from '@x/types/testing'

/*
 * The conformance kit under the runner of Node.js: `node --test` of this file, bundled. With BROKEN set, the model
 * breaks the contract.
 */

const call: AssistantPart = { type: 'tool-call', id: '1', name: 'echo', input: { text: 'ping' } }
const provider = process.env.BROKEN ? 'My Provider' : 'scripted'
const model = () =>
  scriptedModel(
    ({ tools, messages }) =>
      tools?.some((tool) => 'name' in tool) && !messages.some(({ role }) => role === 'tool') ? [call] : 'Hello there.',
    { provider },
  )

modelTests(test, model, { scenarios: { 'no-call': { model: scriptedModel(() => 'No need.') } } })
