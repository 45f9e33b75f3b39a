import type { JsonObject, ModelRequest, ToolChoice, ToolSpec } from '@x/types'
import { AgentError } from '@x/types'
import type { ToContext } from './to-context.js'
import { ignoreCachePoint } from './to-context.js'
import { toOwnContent } from './to-user-content.js'

/**
 * The members of the body that are about tools; none without tools.
 * @throws AgentError `unsupported` for a choice that the server would pass over in silence.
 */
export function toTools({ tools = [], toolChoice }: ModelRequest, context: ToContext): JsonObject {
  const { toolChoice: choices } = context.quirks.capabilities
  const wire = tools.flatMap((tool, index) => {
    if (!('type' in tool)) return [toFunction(tool)]
    if (tool.type === 'provider') return toOwnContent(tool, context)
    ignoreCachePoint(context, `tools.${index}`)
    return []
  })
  // A server that knows no `none` cannot call what it was not told of.
  const isClosed = toolChoice === 'none' && choices?.includes('none') === false
  if (wire.length === 0 || isClosed) return {}
  return { tools: wire, ...(toolChoice !== undefined && { tool_choice: toToolChoice(toolChoice, choices) }) }
}

function toFunction({ name, description, inputSchema, strict }: ToolSpec): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description?.trim() && { description }),
      parameters: inputSchema,
      ...(strict !== undefined && { strict }),
    },
  }
}

function toToolChoice(choice: ToolChoice, choices: readonly string[] | undefined): JsonObject | string {
  if (choice === 'auto' || choice === 'none') return choice
  const kind = choice === 'any' ? 'any' : 'tool'
  if (choices && !choices.includes(kind)) {
    const hint = `Leave the choice to the model, or ask for it in the system prompt. This server takes: ${['auto', ...choices].join(', ')}.`
    throw new AgentError(
      'unsupported',
      `The server cannot be made to call ${kind === 'any' ? 'a tool' : 'one tool'}.`,
      {
        hint,
      },
    )
  }
  return choice === 'any' ? 'required' : { type: 'function', function: { name: (choice as { tool: string }).tool } }
}
