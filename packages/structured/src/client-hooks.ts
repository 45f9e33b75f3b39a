import type { JsonObject, ModelRequest, ModelResult, Usage } from '@x/types'
import { AgentError } from '@x/types'
import type { ExtractAttempt } from './extraction.js'

/** Where an attempt stands among those of its call. */
export interface HookContext {
  readonly modelId: string
  /** From 1. */
  readonly attempt: number
  /** `maxRetries` and the first one. */
  readonly maxAttempts: number
  readonly isLastAttempt: boolean
}

/** What each hook is told, under Instructor's names. */
export interface HookPayloads {
  /** A request is about to be sent: also one that a retry layer or a weaker way of asking repeats. */
  readonly 'completion:kwargs': HookContext & { readonly request: ModelRequest; readonly config?: JsonObject }
  readonly 'completion:response': HookContext & { readonly response: ModelResult }
  /** A request failed. */
  readonly 'completion:error': HookContext & { readonly error: unknown }
  /** The call failed for good; the error is what the caller gets. */
  readonly 'completion:last_attempt': HookContext & { readonly error: unknown }
  /** An answer was not right. */
  readonly 'parse:error': HookContext & { readonly failed: ExtractAttempt }
  /** After each answer: of this one, and of all so far. */
  readonly 'completion:usage': HookContext & { readonly usage: Usage; readonly totalUsage: Usage }
}

export type HookName = keyof HookPayloads

/** Ends nothing: what it throws becomes a `warning` event of the run. It is not waited for, and its rejection is dropped. */
export type HookHandler<Name extends HookName> = (payload: HookPayloads[Name]) => unknown

/** Handlers by name, for one call. */
export type CallHooks = { readonly [Name in HookName]?: HookHandler<Name> | readonly HookHandler<Name>[] }

export interface ClientHooks {
  /** @throws AgentError `invalid-config` for a name that does not exist, as all of these */
  on<Name extends HookName>(name: Name, handler: HookHandler<Name>): void
  off<Name extends HookName>(name: Name, handler: HookHandler<Name>): void
  /** Without a name: all handlers of all hooks. Those that were given with a call stay. */
  clear(name?: HookName): void
  /** Tells the handlers of here, then those of the call; gives what the failing ones threw, in words. */
  tell<Name extends HookName>(name: Name, payload: HookPayloads[Name], ofCall?: CallHooks): readonly string[]
}

export function clientHooks(): ClientHooks {
  const handlers = new Map<HookName, Set<HookHandler<never>>>(hookNames.map((name) => [name, new Set()]))
  const under = (name: HookName) => handlers.get(name) ?? unknownHook(name)
  return {
    on: (name, handler) => void under(name).add(handler),
    off: (name, handler) => void under(name).delete(handler),
    clear(name) {
      for (const each of name === undefined ? hookNames : [name]) under(each).clear()
    },
    tell(name, payload, ofCall = {}) {
      const all = [...under(name), ...[ofCall[name] ?? []].flat()] as readonly unknown[] as HookHandler<typeof name>[]
      return all.flatMap((handler) => failureOfHook(name, () => handler(payload)))
    },
  }
}

/** @throws AgentError `invalid-config` for names that do not exist */
export function checkCallHooks(given: CallHooks = {}): void {
  for (const name of Object.keys(given)) if (!hookNames.includes(name as HookName)) unknownHook(name)
}

const hookNames: readonly HookName[] = [
  'completion:kwargs',
  'completion:response',
  'completion:error',
  'completion:last_attempt',
  'parse:error',
  'completion:usage',
]

function unknownHook(name: string): never {
  throw new AgentError('invalid-config', `There is no hook ${JSON.stringify(name)}.`, {
    hint: `Hooks: ${hookNames.join(', ')}.`,
  })
}

function failureOfHook(name: HookName, run: () => unknown): string[] {
  try {
    // A handler may be async; nobody else would handle its rejection.
    Promise.resolve(run()).catch(() => undefined)
    return []
  } catch (error) {
    return [`A handler of the hook ${name} failed: ${error instanceof Error ? error.message : String(error)}`]
  }
}
