import type { AnySchema, CompiledSchema, InferOutput } from '@x/tools/schema'
import { compileSchema } from '@x/tools/schema'
import type { Capabilities, JsonObject, Model, SchemaDialect } from '@x/types'
import { AgentError, isAgentError } from '@x/types'
import type { ExtractMode } from './extract-mode.js'
import { extractModes } from './extract-mode.js'
import { nativeMode } from './native-mode.js'
import { promptedMode } from './prompted-mode.js'
import type { Feature, Refusal } from './refusal.js'
import { toRefusal } from './refusal.js'
import { refusalMemory } from './refusal-memory.js'
import type { AnswerSpec, Rung } from './rung.js'
import { toolMode } from './tool-mode.js'

/** Why a better way of asking was not taken, or was given up. */
export interface StepDown {
  readonly mode: ExtractMode
  readonly reason: string
}

export interface LadderOptions<Schema extends AnySchema> {
  readonly model: Model
  readonly config?: JsonObject | undefined
  readonly schema: Schema
  readonly answer: AnswerSpec
  /** The only one to take. */
  readonly mode?: ExtractMode | undefined
  /** The request holds tools of somebody else's. Default false. */
  readonly besideTools?: boolean
}

/** The ways of asking, best first, and where on it an extraction stands. */
export interface Ladder<Output> {
  readonly rung: Rung<Output>
  /** In the order in which they were found out. */
  readonly stepsDown: readonly StepDown[]
  /** Whether the error was a refusal of the way of asking and there is another one, which `rung` now is. */
  stepDown(error: unknown): boolean
}

/**
 * Finds the best way that the model takes, this schema fits, and that was not refused lately.
 * @throws AgentError `unsupported` when there is none: of a schema that no JSON Schema can say, or a pinned mode
 */
export function startLadder<Schema extends AnySchema>(options: LadderOptions<Schema>): Ladder<InferOutput<Schema>> {
  const { model, config, mode, besideTools = false } = options
  const capabilities = model.capabilities?.(config && { config }) ?? {}
  const memory = refusalMemory(options, besideTools)
  const refused = new Map<Feature, Refusal>()
  const stepsDown: StepDown[] = []
  // A pinned mode is asked in whatever was said of it, though not in ways of it that were refused.
  const counts = (feature: Feature) => !mode || feature === 'forced-tool' || feature === 'system'
  const recall = (feature: Feature) => (counts(feature) ? (refused.get(feature) ?? memory.recall(feature)) : undefined)
  const climb = climber(options, capabilities, (feature) => recall(feature) !== undefined)

  const settle = (from: ExtractMode): Rung<InferOutput<Schema>> => {
    for (const next of extractModes.slice(extractModes.indexOf(from))) {
      const reason = recall(next as Feature)?.reason ?? lacking(next, capabilities, model.modelId)
      const made = reason === undefined ? climb(next) : { reason }
      if ('rung' in made) return made.rung
      stepsDown.push({ mode: next, reason: made.reason })
    }
    // `prompted` is lacking in no model, so it was the schema that could not be said.
    return climb('prompted', true).rung
  }
  let rung = mode ? pinned(mode, capabilities, model.modelId, climb) : settle('native')
  return {
    get rung() {
      return rung
    },
    stepsDown,
    stepDown(error) {
      const refusal = toRefusal(error, rung.mode)
      if (!refusal || !counts(refusal.feature) || refused.has(refusal.feature)) return false
      refused.set(refusal.feature, refusal)
      memory.remember(refusal)
      if (refusal.feature === 'forced-tool' || refusal.feature === 'system') {
        stepsDown.push({ mode: rung.mode, reason: refusal.reason })
      }
      rung = mode ? climb(mode, true).rung : settle(rung.mode)
      return true
    },
  }
}

interface Climb<Output> {
  (mode: ExtractMode): { readonly rung: Rung<Output> } | { readonly reason: string }
  (mode: ExtractMode, mustHold: true): { readonly rung: Rung<Output> }
}

/** Makes the rung of a mode, or says why the schema does not fit there. */
function climber<Schema extends AnySchema>(
  { schema, answer }: LadderOptions<Schema>,
  capabilities: Capabilities,
  isRefused: (feature: Feature) => boolean,
): Climb<InferOutput<Schema>> {
  const make = (mode: ExtractMode, compiled: CompiledSchema<InferOutput<Schema>>) => {
    if (mode === 'native') return nativeMode(answer, compiled)
    if (mode === 'prompted') return promptedMode(answer, compiled, { system: !isRefused('system') })
    const toolChoice = isRefused('forced-tool') ? [] : capabilities.toolChoice
    return toolMode(answer, compiled, { strict: mode === 'strict-tool', toolChoice })
  }
  return ((mode: ExtractMode, mustHold?: true) => {
    try {
      return { rung: make(mode, compileSchema(schema, dialectOf(mode, capabilities))) }
    } catch (error) {
      if (mustHold || !isAgentError(error, 'unsupported')) throw error
      return { reason: error.message }
    }
  }) as Climb<InferOutput<Schema>>
}

function pinned<Output>(mode: ExtractMode, capabilities: Capabilities, modelId: string, climb: Climb<Output>) {
  const { outputSchema, strictTools, tools } = capabilities
  const known = { native: outputSchema, 'strict-tool': strictTools, tool: tools, prompted: true }[mode]
  if (known !== false) return climb(mode, true).rung
  throw new AgentError('unsupported', lacking(mode, capabilities, modelId) ?? '', {
    hint: 'Leave `mode` out to ask in the best way that the model takes.',
  })
}

/** Why a mode is not tried: native output and strict tools only where they are known to be taken. */
function lacking(mode: ExtractMode, capabilities: Capabilities, modelId: string): string | undefined {
  const { outputSchema, strictTools, tools } = capabilities
  if (mode === 'native' && !outputSchema) return `${modelId} is not known to take a schema for its output.`
  if (mode === 'strict-tool' && (!strictTools || tools === false))
    return `${modelId} is not known to take strict tools.`
  return mode === 'tool' && tools === false ? `${modelId} takes no tools.` : undefined
}

function dialectOf(mode: ExtractMode, { schemas = {} }: Capabilities): SchemaDialect | 'plain' | 'strict' {
  if (mode === 'native') return schemas.output ?? 'strict'
  if (mode === 'strict-tool') return schemas.strictTool ?? 'strict'
  return mode === 'tool' ? (schemas.tool ?? 'plain') : 'plain'
}
