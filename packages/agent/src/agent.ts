import type { AgentOptions as LoopOptions } from '@x/agent-loop'
import { Agent as LoopAgent } from '@x/agent-loop'
import { bedrock } from '@x/provider-bedrock'
import type { Model } from '@x/types'
import type { ResolveOptions } from './resolve-model.js'
import { resolveModel } from './resolve-model.js'

export interface AgentOptions<Env = unknown> extends Omit<LoopOptions<Env>, 'model'>, ResolveOptions {
  /** A model, or the id of one as `resolveModel` takes it. Default: the current default model of Amazon Bedrock. */
  readonly model?: Model | string
}

/** The agent of `@x/agent-loop`, on Amazon Bedrock unless told otherwise. */
export class Agent<Env = unknown> extends LoopAgent<Env> {
  constructor({ model = bedrock(), providers = {}, ...options }: AgentOptions<Env> = {}) {
    super({ ...options, model: typeof model === 'string' ? resolveModel(model, { providers }) : model })
  }
}
