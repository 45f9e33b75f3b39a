import type { Counter, Histogram, Meter, MeterProvider } from '@opentelemetry/api'
import { createNoopMeter, metrics } from '@opentelemetry/api'
import {
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
  ownMetrics,
} from './attributes.js'
import { scopeName } from './scope-name.js'

export interface Instruments {
  readonly duration: Histogram
  readonly timeToFirstChunk: Histogram
  readonly timePerOutputChunk: Histogram
  readonly tokenUsage: Histogram
  readonly cacheHitRatio: Histogram
  readonly retries: Counter
  readonly guardrailInterventions: Counter
  readonly cost: Counter
}

/** The instruments of a provider, made once; `undefined` when no SDK is registered. */
export function instrumentsOf(provider: MeterProvider = metrics.getMeterProvider()): Instruments | undefined {
  const known = made.get(provider)
  if (known) return known
  const meter = provider.getMeter(scopeName)
  if (meter === noopMeter) return undefined
  const instruments = create(meter)
  made.set(provider, instruments)
  return instruments
}

const made = new WeakMap<MeterProvider, Instruments>()
// The API has no other way to say that nobody listens: it always gives this one then.
const noopMeter = createNoopMeter()

function create(meter: Meter): Instruments {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: [...secondBuckets] } })
  return {
    duration: seconds(METRIC_GEN_AI_CLIENT_OPERATION_DURATION, 'GenAI operation duration.'),
    timeToFirstChunk: seconds(
      METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
      'Time from the request to the first chunk of the answer.',
    ),
    timePerOutputChunk: seconds(
      METRIC_GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
      'Time from one chunk of the answer to the next.',
    ),
    tokenUsage: meter.createHistogram(METRIC_GEN_AI_CLIENT_TOKEN_USAGE, {
      unit: '{token}',
      description: 'Number of input and output tokens used.',
      advice: { explicitBucketBoundaries: [...tokenBuckets] },
    }),
    cacheHitRatio: meter.createHistogram(ownMetrics.cacheHitRatio, {
      unit: '1',
      description: 'Part of the input tokens that the prompt cache gave.',
      advice: { explicitBucketBoundaries: [...shareBuckets] },
    }),
    retries: meter.createCounter(ownMetrics.retries, {
      unit: '{retry}',
      description: 'Further attempts of model calls.',
    }),
    guardrailInterventions: meter.createCounter(ownMetrics.guardrailInterventions, {
      unit: '{intervention}',
      description: 'Policies of guardrails that blocked or anonymized.',
    }),
    cost: meter.createCounter(ownMetrics.cost, {
      unit: '{currency}',
      description: 'Cost of model calls, in the currency of the price table.',
    }),
  }
}

// The first two are those of the conventions.
const secondBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const tokenBuckets = Array.from({ length: 14 }, (_, power) => 4 ** power)
const shareBuckets = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
