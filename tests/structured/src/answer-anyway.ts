import type { ConverseBody, LocalRequest, WholeReply } from '@x/bedrock-local'
import { standIn } from '@x/bedrock-local'

/**
 * The stand-in, made to answer with the schema however it was asked for: a tool that was offered but not forced, and a
 * schema that was only told in words, count as well.
 */
export function answerAnyway(request: LocalRequest): WholeReply {
  const { body } = request
  if (body.outputConfig) return standIn(request)
  const tools = body.toolConfig?.tools ?? []
  const name = tools.map((tool) => tool.toolSpec?.name).find((name) => name === 'answer')
  if (name !== undefined) return standIn(withBody(request, { toolConfig: { tools, toolChoice: { tool: { name } } } }))
  const told = [...(body.system ?? []), ...(body.messages ?? []).flatMap(({ content }) => content)]
    .map((block) => ('text' in block && typeof block.text === 'string' ? block.text : ''))
    .find((text) => text.includes('JSON Schema:'))
  const schema = told?.split('\n\n')[1]
  if (schema === undefined) return standIn(request)
  const textFormat = { type: 'json_schema', structure: { jsonSchema: { schema } } }
  const filled = standIn(withBody(request, { outputConfig: { textFormat } }))
  return `Here is what I found:\n\`\`\`json\n${typeof filled === 'string' ? filled : ''}\n\`\`\``
}

function withBody(request: LocalRequest, members: Partial<ConverseBody>): LocalRequest {
  return { ...request, body: { ...request.body, ...members } }
}
