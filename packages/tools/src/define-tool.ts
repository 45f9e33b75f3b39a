import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject, JsonValue, Tool, ToolAnnotations, ToolContext, ToolOutput } from '@x/types'
import { AgentError } from '@x/types'
import type { AnySchema, InferInput, InferOutput } from './any-schema.js'
import { toStandardSchema } from './any-schema.js'
import type { CompiledSchema } from './compile-schema.js'
import { compileSchema } from './compile-schema.js'
import { problemsText } from './problems.js'
import { toJsonSchema } from './to-json-schema.js'
import { validate } from './validate.js'

/** The input of a tool: what the schema gives after its transforms; an object of JSON when it carries no type. */
export type ToolInput<Schema extends AnySchema> = InferOutput<Schema, JsonObject>

/** What `execute` returns: what the output schema takes in, or anything that a tool may return when there is none. */
export type ToolResult<Output extends AnySchema | undefined> = Output extends AnySchema
  ? InferInput<Output, ToolOutput>
  : ToolOutput

export interface ToolDefinition<
  Schema extends AnySchema,
  Env = unknown,
  Output extends AnySchema | undefined = AnySchema | undefined,
> {
  /** 1 to 64 characters of `[a-zA-Z0-9_-]`. */
  readonly name: string
  /** Tells the model what the tool does and when to use it. */
  readonly description?: string
  /** Any Standard Schema, typebox or plain JSON Schema whose root is an object. Default: no arguments, `{}`. */
  readonly input?: Schema
  /**
   * What the tool gives. It is checked after `execute`, and what the schema makes of it is the result; the model is not
   * told. Default: not checked.
   */
  readonly output?: Output
  /** Ask the service to hold the model to the schema; the schema is then sent in the narrower form that this takes. */
  readonly strict?: boolean
  /**
   * The call waits for a yes from an approval layer. A function sees the validated input; a call whose input is invalid
   * needs no approval, as it is refused anyway, and one whose schema validates asynchronously always needs it.
   */
  readonly needsApproval?: boolean | ((input: ToolInput<Schema>) => boolean)
  /** A call that takes longer is aborted and fails with code `timeout`. Default: no bound. */
  readonly timeoutMs?: number
  /** Never runs beside another call of the same turn. Default false. */
  readonly sequential?: boolean
  /** What the tool does to the world, for approval rules, screens and other protocols. */
  readonly annotations?: ToolAnnotations
  /** The work. What a generator yields is shown as progress; what is returned goes to the model. */
  execute(
    input: ToolInput<Schema>,
    context: ToolContext<Env>,
  ): ToolResult<Output> | Promise<ToolResult<Output>> | AsyncGenerator<JsonValue, ToolResult<Output>, void>
}

/** A {@link Tool} that is one function, easy to call in a test. */
export interface FunctionTool extends Tool {
  /**
   * @throws AgentError `invalid-tool-input` or `invalid-output` with a message for the model; it names paths, never the
   *   given values.
   */
  execute(input: JsonValue, context: ToolContext): Promise<ToolOutput>
}

/**
 * Makes a tool. The input is validated, async checks and transforms included, before `execute` sees it.
 * @throws AgentError `invalid-config` for a bad name or bound, or a schema whose root is not an object; `unsupported`
 *   when the schema cannot be said in JSON Schema, or not strictly.
 */
export function defineTool<
  Schema extends AnySchema = typeof noInput,
  Env = unknown,
  Output extends AnySchema | undefined = undefined,
>(definition: ToolDefinition<Schema, Env, Output>): FunctionTool {
  const { name, description, output, strict, needsApproval, timeoutMs, sequential, annotations } = definition
  checkDefinition(name, timeoutMs)
  const schema: AnySchema = definition.input ?? noInput
  const compiled = compileInput(name, schema, strict === true)
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: compiled.jsonSchema,
    ...(output !== undefined && { outputSchema: toJsonSchema(output, 'output') }),
    ...(strict !== undefined && { strict }),
    ...(annotations !== undefined && { annotations }),
    ...(sequential !== undefined && { sequential }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(needsApproval !== undefined && {
      needsApproval: approvalRule(schema, compiled, needsApproval as ApprovalRule),
    }),
    async execute(input, context) {
      const checked = await compiled.validate(input)
      if (!checked.valid) throw misfit('invalid-tool-input', `The input of ${name}`, checked)
      const given = await definition.execute(checked.value as ToolInput<Schema>, context as ToolContext<Env>)
      const result = isAsyncGenerator(given) ? await drive(given, context) : given
      return output === undefined ? (result as ToolOutput) : checkOutput(name, output, result)
    },
  }
}

const noInput = { type: 'object', properties: {}, additionalProperties: false } as const

function checkDefinition(name: string, timeoutMs: number | undefined): void {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new AgentError('invalid-config', `A tool cannot be named ${JSON.stringify(name)}.`, {
      hint: 'Names are 1 to 64 letters, digits, "_" and "-".',
    })
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0 && Number.isFinite(timeoutMs))) {
    throw new AgentError('invalid-config', `The timeoutMs of tool "${name}" is ${timeoutMs}.`, {
      hint: 'Give milliseconds above 0, or leave it out for no bound.',
    })
  }
}

/** The input as it is sent, and the way back: a strict tool may write maps and tuples in another shape. */
function compileInput(name: string, schema: AnySchema, strict: boolean): CompiledSchema<unknown> {
  const compiled = compileSchema(schema, strict ? 'strict' : 'plain')
  if (!compiled.isWrapped) return compiled
  const { type } = toJsonSchema(schema)
  const found = typeof type === 'string' && type !== 'object' ? `of type "${type}"` : 'a choice or without a type'
  throw new AgentError('invalid-config', `The input of tool "${name}" must be an object, but its schema is ${found}.`, {
    hint: 'Services take only objects: put it into a member of one, for example z.object({ items: z.array(…) }).',
  })
}

type ApprovalRule = boolean | ((input: unknown) => boolean)

function approvalRule(
  schema: AnySchema,
  compiled: CompiledSchema<unknown>,
  rule: ApprovalRule,
): boolean | ((input: JsonValue) => boolean) {
  if (typeof rule === 'boolean') return rule
  const standard = toStandardSchema(schema)
  return (input) => {
    const result = validateNow(standard, compiled, input)
    if (result === undefined) return true
    return result.issues ? false : rule(result.value)
  }
}

/** `undefined` when it cannot be known now. */
function validateNow(
  schema: StandardSchemaV1,
  compiled: CompiledSchema<unknown>,
  input: JsonValue,
): StandardSchemaV1.Result<unknown> | undefined {
  try {
    const result = schema['~standard'].validate(compiled.restore(input))
    if (!(result instanceof Promise)) return result
    // Nobody waits for this one: `execute` validates again and tells what is wrong.
    result.catch(() => undefined)
  } catch {
    // A schema that throws: `execute` will say so.
  }
  return undefined
}

/** @throws AgentError `invalid-output`, which the model reads: it may ask otherwise. */
async function checkOutput(name: string, schema: AnySchema, result: unknown): Promise<ToolOutput> {
  const checked = await validate(schema, result)
  if (!checked.valid) throw misfit('invalid-output', `The result of ${name}`, checked)
  return checked.value as ToolOutput
}

/** Runs a generator to its end; leaves it once the run is aborted. */
async function drive<Result>(
  generator: AsyncGenerator<JsonValue, Result, void>,
  context: ToolContext,
): Promise<Result> {
  for (;;) {
    const step = await generator.next()
    if (step.done) return step.value
    if (context.signal.aborted) {
      await generator.return(undefined as Result)
      throw new AgentError('aborted', 'The tool was left because the run was aborted.', {
        cause: context.signal.reason,
      })
    }
    context.emit(step.value)
  }
}

function isAsyncGenerator<Result>(value: unknown): value is AsyncGenerator<JsonValue, Result, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}

function misfit(
  code: 'invalid-tool-input' | 'invalid-output',
  what: string,
  { problems, cause }: { readonly problems: Parameters<typeof problemsText>[0]; readonly cause?: unknown },
): AgentError {
  return new AgentError(code, `${what} does not fit its schema:\n${problemsText(problems)}`, {
    ...(cause !== undefined && { cause }),
  })
}
