import { ask, expect, expectCode, same, textOf, throughJson } from './check-call.js'
import type { Model, ModelRequest } from './model.js'
import type { ModelCheck } from './model-check.js'
import { NotApplicable } from './model-check.js'

/** The name of a model and its config. */
export const configChecks: readonly ModelCheck[] = [
  {
    name: 'names itself',
    async run({ model }) {
      expect(model.specVersion === 1, `specVersion is ${model.specVersion}, not 1`)
      expect(/^[a-z][a-z0-9._-]*$/.test(model.provider), `provider "${model.provider}" is not a lower-case name`)
      expect(typeof model.modelId === 'string' && model.modelId.length > 0, 'modelId is empty')
    },
  },
  {
    name: 'keeps its config free of secrets and calls',
    async run({ model, textRequest, secrets }) {
      const { config } = model
      if (!config) throw new NotApplicable('the model shows no config')
      const before = JSON.stringify(config)
      expect(same(throughJson(config), config), 'config does not survive JSON')
      expect(!secrets.some((secret) => before.includes(secret)), 'config shows a secret')
      await ask(model, textRequest, { config: { modelId: model.modelId } })
      expect(JSON.stringify(model.config) === before, 'a per-call patch changed the live config')
    },
  },
  {
    name: 'refuses config members that do not exist',
    async run({ model, textRequest }) {
      const patch = { noSuchMember: 1, modelId: 'another-model' }
      const before = JSON.stringify([model.modelId, model.config])
      if (!model.config && !model.updateConfig) throw new NotApplicable('the model has no config')
      if (model.updateConfig) await expectCode('invalid-config', () => model.updateConfig?.(patch))
      if (hasWith(model)) await expectCode('invalid-config', () => model.with(patch))
      if (model.config) await expectCode('invalid-config', () => ask(model, textRequest, { config: patch }))
      const after = JSON.stringify([model.modelId, model.config])
      expect(after === before, `refused changes have changed the model: ${before} became ${after}`)
    },
  },
  {
    name: 'changes its config in place, and that of a copy apart',
    async run({ model }) {
      if (!model.updateConfig) throw new NotApplicable('the model has no updateConfig')
      const modelId = model.modelId
      const other = otherId(model)
      const copy = hasWith(model) ? model.with({ modelId: other }) : undefined
      expect(model.modelId === modelId, 'with() changed the model that it was called on')
      expect(!copy || copy.modelId === other, `the copy is called ${copy?.modelId}, not ${other}`)
      model.updateConfig({ modelId: other })
      try {
        expect(model.modelId === other, `after updateConfig modelId is ${model.modelId}, not ${other}`)
        expect(!model.config || model.config.modelId === other, 'config does not show what updateConfig changed')
        copy?.updateConfig?.({ modelId: 'a-third-model' })
        expect(model.modelId === other, 'a change of the copy changed the model')
      } finally {
        model.updateConfig({ modelId })
      }
      expect(!copy || copy.modelId === 'a-third-model', 'a change of the model changed its copy')
    },
  },
  {
    name: 'asks with the config as it stood when the call began',
    needs: 'names-model',
    async run(context) {
      const { model, request } = context.needed('names-model')
      const modelId = model.modelId
      const other = otherId(model)
      const patched = await nameFrom(model, request, other)
      expect(patched === other, `a call with the config { modelId: "${other}" } asked for ${patched}`)
      expect((await nameFrom(model, request)) === modelId, 'the patch of one call was still there at the next one')
      if (!model.updateConfig) return
      const underWay = model.stream(request)[Symbol.asyncIterator]()
      const first = underWay.next()
      first.catch(() => {})
      model.updateConfig({ modelId: other })
      try {
        const asked = await restOf(underWay, first)
        expect(asked === modelId, `updateConfig changed a call under way: it asked for ${asked}`)
        const next = await nameFrom(model, request)
        expect(next === other, `after updateConfig the next call asked for ${next}`)
        if (hasWith(model)) {
          const copied = await nameFrom(model.with({ modelId }), request)
          expect(copied === modelId, `the copy with { modelId: "${modelId}" } asked for ${copied}`)
        }
      } finally {
        model.updateConfig({ modelId })
      }
    },
  },
]

interface Derivable extends Model {
  with(patch: object): Model
}

/** `with` is no part of a model, but every one made by `defineModel` has it. */
function hasWith(model: Model): model is Derivable {
  return 'with' in model && typeof model.with === 'function'
}

function otherId({ modelId }: Model): string {
  return `${modelId}-b`
}

async function nameFrom(model: Model, request: ModelRequest, modelId?: string): Promise<string> {
  const { result } = await ask(model, request, modelId === undefined ? {} : { config: { modelId } })
  return textOf(result.message)
}

async function restOf(
  events: AsyncIterator<{ type: string; text?: string }>,
  first: Promise<IteratorResult<{ type: string; text?: string }>>,
): Promise<string> {
  let text = ''
  for (let next = await first; !next.done; next = await events.next()) {
    if (next.value.type === 'text-delta') text += next.value.text
  }
  return text
}
