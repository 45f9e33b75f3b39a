import type { AnySchema, CompiledSchema, InferOutput } from '@x/tools/schema'
import { validate } from '@x/tools/schema'
import type { JsonValue } from '@x/types'
import type { AnswerView } from './ask-until-right.js'
import { memberOf } from './composed-schema.js'
import type { ExtractEvent, Path } from './extract-event.js'
import { PartialJsonParser } from './partial-json.js'
import type { Rung } from './rung.js'

/** Shows an answer while it is written. The work for a piece of it does not grow with what came before. */
export function answerView<Schema extends AnySchema>(
  schema: Schema,
  answerName: string,
  emit: (event: ExtractEvent<Schema>) => void,
): AnswerView<InferOutput<Schema>> {
  let writing: Writing | undefined
  let shown: JsonValue | undefined
  let rung: Rung<InferOutput<Schema>> | undefined
  let callName = ''
  /** A layer's own call, a judge's for example, stands between the events of this one. */
  let isOther = false
  /** The first call of the answer tool is shown, and no other. */
  let isAnswerCall = false

  const begin = (reason: string) => {
    if (shown !== undefined) emit({ type: 'restart', reason })
    shown = undefined
    writing = rung && !rung.ask.tool ? startWriting(rung.compiled) : undefined
  }
  const show = (text: string) => {
    const value = writing?.push(text)
    if (value === undefined || value === shown) return undefined
    shown = value
    emit({ type: 'partial', value } as ExtractEvent<Schema>)
    const closed = writing?.takeClosed() ?? []
    return closed.length > 0 ? showClosed(schema, closed, value, emit) : undefined
  }
  return {
    get value() {
      return shown
    },
    begin(next, name, reason) {
      rung = next
      callName = name
      begin(reason)
    },
    push(event) {
      if (event.type === 'model-start') isOther = !event.key.endsWith(`/${callName}`)
      if (isOther) {
        isOther = event.type !== 'model-end'
        return undefined
      }
      switch (event.type) {
        case 'model-retry':
        case 'model-start':
          // Another model may have been asked in the place of one that failed.
          begin('reason' in event ? event.reason : 'The answer began anew.')
          return undefined
        case 'tool-call-start':
          isAnswerCall = rung?.ask.tool !== undefined && event.name === answerName && !writing
          if (isAnswerCall && rung) writing = startWriting(rung.compiled)
          return undefined
        case 'tool-call-delta':
          return isAnswerCall ? show(event.inputText) : undefined
        case 'text-delta':
          return rung?.ask.tool ? undefined : show(event.text)
      }
      return undefined
    },
  }
}

/** Each closed part that fits its own schema. */
async function showClosed<Schema extends AnySchema>(
  schema: Schema,
  paths: readonly Path[],
  root: JsonValue,
  emit: (event: ExtractEvent<Schema>) => void,
): Promise<void> {
  for (const path of paths) {
    const part = partAt(root, path)
    const isItem = path.length === 1 && Array.isArray(root)
    const isShown = part !== undefined && (isItem || (typeof part === 'object' && part !== null))
    const member = isShown ? schemaAt(schema, path) : undefined
    const checked = member && (await validate(member, part))
    if (!checked?.valid) continue
    const at = path.map((key) => (typeof key === 'number' ? '*' : key)).join('.')
    emit({ type: 'closed', at, path, value: checked.value } as unknown as ExtractEvent<Schema>)
  }
}

interface Writing {
  /** Gives the value so far in the shape of the schema. */
  push(text: string): JsonValue | undefined
  /** What has closed since it was last asked for; to be asked when `push` gave a new value, which then holds all of it. */
  takeClosed(): readonly Path[]
}

function startWriting({ isWrapped, restore }: CompiledSchema<unknown>): Writing {
  let closed: Path[] = []
  const outer = isWrapped ? 1 : 0
  const parser = new PartialJsonParser({
    onClose(path, value) {
      const depth = path.length - outer
      const isPart = depth === 1 || (depth > 1 && typeof value === 'object' && value !== null)
      if (isPart) closed.push(path.slice(outer))
    },
  })
  return {
    push(text) {
      parser.push(text)
      return parser.value === undefined ? undefined : restore(parser.value)
    },
    takeClosed() {
      const taken = closed
      closed = []
      return taken
    },
  }
}

/**
 * The part at a path of what was written, in the restored value; `undefined` inside of what has another shape there (a map
 * written as a list), which closes as a whole.
 */
function partAt(root: JsonValue, path: Path): JsonValue | undefined {
  let part: JsonValue | undefined = root
  for (const key of path) {
    if (typeof part !== 'object' || part === null || Array.isArray(part) !== (typeof key === 'number')) return undefined
    part = Object.hasOwn(part, key)
      ? (part as { readonly [key: string | number]: JsonValue | undefined })[key]
      : undefined
  }
  return part
}

/** Items far down a list have one schema; lists of that many different ones do not exist. */
const lastItem = 1000

function schemaAt(root: AnySchema, path: Path): AnySchema | undefined {
  return path.reduce<AnySchema | undefined>((schema, key) => {
    return schema && memberOf(schema, typeof key === 'number' ? Math.min(key, lastItem) : key)
  }, root)
}
