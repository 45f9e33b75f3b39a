import type { AnySchema, InferInput, InferOutput } from '@x/tools/schema'
import type { Model } from '@x/types'
import { AgentError } from '@x/types'
import type { ClientHooks } from './client-hooks.js'
import { clientHooks } from './client-hooks.js'
import type { ClientOptions, CompletionOptions, CreateOptions } from './client-options.js'
import { readCall } from './client-options.js'
import type { Completion } from './complete.js'
import { complete } from './complete.js'
import { listOf } from './composed-schema.js'
import type { Deadline } from './deadline.js'
import { startDeadline } from './deadline.js'
import type { ExtractOptions } from './extract.js'
import { extract } from './extract.js'
import type { DeepPartial } from './extract-event.js'
import { toExtractMode } from './extract-mode.js'
import type { ExtractStream } from './extract-stream.js'
import { extractStream } from './extract-stream.js'
import type { Extraction } from './extraction.js'
import { hooksLayer } from './hooks-layer.js'

/** How Instructor asks for typed answers, on any model. Everything is sent by `extract` and `extractStream`. */
export interface Completions {
  /**
   * The answer, checked. Without a schema: the completion as it comes.
   * @throws AgentError as `extract`; `timeout` after `timeoutMs`
   */
  create<Schema extends AnySchema>(options: CreateOptions<Schema>): Promise<InferOutput<Schema>>
  create(options: CompletionOptions): Promise<Completion>
  /** The answer, and how it came about. */
  createWithCompletion<Schema extends AnySchema>(
    options: CreateOptions<Schema>,
  ): Promise<readonly [output: InferOutput<Schema>, completion: Extraction<InferOutput<Schema>>]>
  /**
   * The answer while it is written, unchecked, in ever larger pieces, and at last the checked answer itself. When a wrong
   * answer is asked for again, a piece may hold less than the one before.
   */
  createPartial<Schema extends AnySchema>(options: CreateOptions<Schema>): AsyncGenerator<PartialOf<Schema>, void, void>
  /** A list of what `schema` describes, each item as soon as it is whole and checked. */
  createIterable<Schema extends AnySchema>(
    options: IterableOptions<Schema>,
  ): AsyncGenerator<InferOutput<Schema>, void, void>
}

/** Checks beyond the schema go into the schema of the item, as the items are given out one by one. */
export type IterableOptions<Schema extends AnySchema> = Omit<CreateOptions<Schema>, 'validate'>

/** A piece is as the model writes it, before transforms; the last one is the output. */
export type PartialOf<Schema extends AnySchema> = DeepPartial<InferInput<Schema>> | InferOutput<Schema>

export interface StructuredClient extends Completions, Omit<ClientHooks, 'tell'> {
  readonly model: Model
  readonly chat: { readonly completions: Completions }
}

/**
 * The Instructor-shaped client of a model.
 * @throws AgentError `invalid-config` for a mode that does not exist
 */
export function fromModel(model: Model, options: ClientOptions = {}): StructuredClient {
  if (options.mode !== undefined) toExtractMode(options.mode)
  const { tell, ...registry } = clientHooks()
  const read = <Schema extends AnySchema>(given: CreateOptions<Schema>): PreparedCall<Schema> => {
    const { run, answer } = readCall(model, options, given as unknown as CreateOptions<AnySchema>)
    const maxAttempts = given.schema === undefined ? 1 : (answer.maxRetries ?? 2) + 1
    const { layer, onAttempt } = hooksLayer(tell, given.hooks, maxAttempts)
    const { schema, validate, timeoutMs } = given
    const use = [...(options.use ?? []), ...(given.use ?? []), layer]
    return { extractOptions: { ...run, ...answer, schema, onAttempt, use, ...(validate && { validate }) }, timeoutMs }
  }
  const createWithCompletion: Completions['createWithCompletion'] = async (given) => {
    const completion = await inTime(read(given), extract)
    return [completion.output, completion]
  }
  const create = async (given: CompletionOptions | CreateOptions<AnySchema>) => {
    if (given.schema !== undefined) return (await createWithCompletion(given))[0]
    const plain = read(given as unknown as CreateOptions<AnySchema>)
    return inTime(plain, ({ messages, ...config }) => complete(config, messages ?? []))
  }
  const completions: Completions = {
    create: create as Completions['create'],
    createWithCompletion,
    createPartial: (given) => streamed(read(given), (options) => partialsOf(extractStream(options))),
    createIterable({ schema, ...given }) {
      if ('validate' in given) throw uncheckable()
      const list = read({ ...given, schema: listOf(schema) })
      return streamed(
        list,
        (options) => extractStream(options).elements() as AsyncGenerator<InferOutput<typeof schema>>,
      )
    },
  }
  return { model, ...completions, chat: { completions }, ...registry }
}

function uncheckable(): AgentError {
  return new AgentError('invalid-config', 'createIterable takes no `validate`, as it gives the items out one by one.', {
    hint: 'Put the check into the schema of the item.',
  })
}

interface PreparedCall<Schema extends AnySchema> {
  readonly extractOptions: ExtractOptions<Schema>
  readonly timeoutMs: number | undefined
}

async function inTime<Schema extends AnySchema, Result>(
  { extractOptions, timeoutMs }: PreparedCall<Schema>,
  run: (options: ExtractOptions<Schema>) => Promise<Result>,
): Promise<Result> {
  const deadline = startDeadline(timeoutMs, extractOptions.signal)
  try {
    return await run({ ...extractOptions, signal: deadline.signal })
  } catch (error) {
    throw deadline.restate(error)
  } finally {
    deadline.end()
  }
}

/** Nothing is sent and no time runs before it is read; leaving it aborts the call at once. */
function streamed<Schema extends AnySchema, Item>(
  { extractOptions, timeoutMs }: PreparedCall<Schema>,
  run: (options: ExtractOptions<Schema>) => AsyncGenerator<Item, void, void>,
): AsyncGenerator<Item, void, void> {
  let deadline: Deadline | undefined
  async function* read() {
    deadline = startDeadline(timeoutMs, extractOptions.signal)
    try {
      yield* run({ ...extractOptions, signal: deadline.signal })
    } catch (error) {
      throw deadline.restate(error)
    } finally {
      deadline.end()
    }
  }
  const items = read()
  // A generator's own `return()` waits behind a pending `next()`.
  const leave = items.return.bind(items)
  items.return = (value) => {
    deadline?.abort()
    return leave(value)
  }
  return items
}

async function* partialsOf<Schema extends AnySchema>(
  stream: ExtractStream<Schema>,
): AsyncGenerator<PartialOf<Schema>, void, void> {
  for await (const event of stream) {
    if (event.type === 'partial') yield event.value
    else if (event.type === 'done') yield event.extraction.output
  }
}
