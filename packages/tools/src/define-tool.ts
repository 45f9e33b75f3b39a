import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject, JsonValue, Tool, ToolContext, ToolOutput } from '@x/types'
import { AgentError } from '@x/types'
import type { AnySchema, InferOutput } from './any-schema.js'
import { toStandardSchema } from './any-schema.js'
import { applyDialect } from './apply-dialect.js'
import { dialects } from './dialects.js'
import { problemsText } from './problems.js'
import { toJsonSchema } from './to-json-schema.js'
import { validate } from './validate.js'

/** The input of a tool: what the schema gives after its transforms; an object of JSON when it carries no type. */
export type ToolInput<Schema extends AnySchema> = InferOutput<Schema, JsonObject>

export interface ToolDefinition<Schema extends AnySchema, Env = unknown> {
  /** 1 to 64 characters of `[a-zA-Z0-9_-]`. */
  readonly name: string
  /** Tells the model what the tool does and when to use it. */
  readonly description?: string
  /** Any Standard Schema or plain JSON Schema whose root is an object. Default: no arguments, `{}`. */
  readonly input?: Schema
  /** Ask the service to hold the model to the schema; the schema is then sent in the narrower form that this takes. */
  readonly strict?: boolean
  /**
   * The call waits for a yes from an approval layer. A function sees the validated input; a call whose input is invalid
   * needs no approval, as it is refused anyway, and one whose schema validates asynchronously always needs it.
   */
  readonly needsApproval?: boolean | ((input: ToolInput<Schema>) => boolean)
  /** The work. What a generator yields is shown as progress; what is returned goes to the model. */
  execute(
    input: ToolInput<Schema>,
    context: ToolContext<Env>,
  ): ToolOutput | Promise<ToolOutput> | AsyncGenerator<JsonValue, ToolOutput, void>
}

/** A {@link Tool} that is one function, easy to call in a test. */
export interface FunctionTool extends Tool {
  /** @throws AgentError `invalid-tool-input` with a message for the model; it names paths, never the given values. */
  execute(input: JsonValue, context: ToolContext): Promise<ToolOutput>
}

/**
 * Makes a tool. The input is validated, async checks and transforms included, before `execute` sees it.
 * @throws AgentError `invalid-config` for a bad name or a schema whose root is not an object; `unsupported` when the
 *   schema cannot be said in JSON Schema.
 */
export function defineTool<Schema extends AnySchema = typeof noInput, Env = unknown>(
  definition: ToolDefinition<Schema, Env>,
): FunctionTool {
  const { name, description, strict, needsApproval } = definition
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new AgentError('invalid-config', `A tool cannot be named ${JSON.stringify(name)}.`, {
      hint: 'Names are 1 to 64 letters, digits, "_" and "-".',
    })
  }
  const schema: AnySchema = definition.input ?? noInput
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: toInputSchema(name, schema, strict === true),
    ...(strict !== undefined && { strict }),
    ...(needsApproval !== undefined && { needsApproval: approvalRule(schema, needsApproval as ApprovalRule) }),
    async execute(input, context) {
      const checked = await validate(schema, input)
      if (!checked.valid) throw invalidInput(name, problemsText(checked.problems), checked.cause)
      const output = await definition.execute(checked.value as ToolInput<Schema>, context as ToolContext<Env>)
      return isAsyncGenerator(output) ? drive(output, context) : output
    },
  }
}

const noInput = { type: 'object', properties: {}, additionalProperties: false } as const

type ApprovalRule = boolean | ((input: unknown) => boolean)

function toInputSchema(name: string, schema: AnySchema, strict: boolean): JsonObject {
  const json = toJsonSchema(schema)
  if (json.type !== 'object') {
    const found = typeof json.type === 'string' ? `of type "${json.type}"` : 'a choice or without a type'
    throw new AgentError(
      'invalid-config',
      `The input of tool "${name}" must be an object, but its schema is ${found}.`,
      {
        hint: 'Services take only objects: put it into a member of one, for example z.object({ items: z.array(…) }).',
      },
    )
  }
  return strict ? applyDialect(json, dialects.strict).schema : json
}

function approvalRule(schema: AnySchema, rule: ApprovalRule): boolean | ((input: JsonValue) => boolean) {
  if (typeof rule === 'boolean') return rule
  const standard = toStandardSchema(schema)
  return (input) => {
    const result = validateNow(standard, input)
    if (result === undefined) return true
    return result.issues ? false : rule(result.value)
  }
}

/** `undefined` when it cannot be known now. */
function validateNow(schema: StandardSchemaV1, input: JsonValue): StandardSchemaV1.Result<unknown> | undefined {
  try {
    const result = schema['~standard'].validate(input)
    if (!(result instanceof Promise)) return result
    // Nobody waits for this one: `execute` validates again and tells what is wrong.
    result.catch(() => undefined)
  } catch {
    // A schema that throws: `execute` will say so.
  }
  return undefined
}

/** Runs a generator to its end; leaves it once the run is aborted. */
async function drive(
  generator: AsyncGenerator<JsonValue, ToolOutput, void>,
  context: ToolContext,
): Promise<ToolOutput> {
  for (;;) {
    const step = await generator.next()
    if (step.done) return step.value
    if (context.signal.aborted) {
      await generator.return(undefined)
      throw new AgentError('aborted', 'The tool was left because the run was aborted.', {
        cause: context.signal.reason,
      })
    }
    context.emit(step.value)
  }
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator<JsonValue, ToolOutput, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}

function invalidInput(name: string, problems: string, cause: unknown): AgentError {
  return new AgentError('invalid-tool-input', `The input of ${name} does not fit its schema:\n${problems}`, {
    ...(cause !== undefined && { cause }),
  })
}
