import { AgentError } from '@x/types'
import type { FunctionTool } from './define-tool.js'
import { defineTool } from './define-tool.js'
import { jsonSchema } from './json-schema.js'

export interface CurrentTimeOptions {
  /** The clock. Default: the system's. */
  readonly now?: () => Date
  /** IANA name, used when the model names none. Default: the system's. */
  readonly timeZone?: string
}

/**
 * A tool `current_time { timeZone? }` that tells the date and time: `{ iso, local, weekday, timeZone }`, with `iso` in
 * UTC and `local` in the time zone with its offset.
 * @throws AgentError `invalid-config` for a default time zone that does not exist.
 */
export function currentTime(options: CurrentTimeOptions = {}): FunctionTool {
  const { now = () => new Date(), timeZone: defaultZone } = options
  if (defaultZone !== undefined && !formatter(defaultZone)) {
    throw new AgentError('invalid-config', `There is no time zone "${defaultZone}".`, { hint: zoneHint })
  }
  return defineTool({
    name: 'current_time',
    description: 'Tells the current date and time, in a time zone if one is given.',
    input: jsonSchema<{ timeZone?: string }>({
      type: 'object',
      properties: {
        timeZone: {
          type: 'string',
          maxLength: 64,
          description: 'IANA name of the time zone, for example Europe/Berlin.',
        },
      },
      additionalProperties: false,
    }),
    annotations: { title: 'Current time', readOnly: true, destructive: false, idempotent: true, openWorld: false },
    execute({ timeZone = defaultZone }) {
      const format = formatter(timeZone)
      if (!format) throw new AgentError('invalid-tool-input', 'There is no time zone of that name.', { hint: zoneHint })
      const time = now()
      const { year, month, day, hour, minute, second, weekday, timeZoneName } = Object.fromEntries(
        format.formatToParts(time).map(({ type, value }) => [type, value]),
      )
      const offset = timeZoneName === 'GMT' ? '+00:00' : timeZoneName?.slice('GMT'.length)
      return {
        iso: time.toISOString(),
        local: `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`,
        weekday,
        timeZone: timeZone ?? format.resolvedOptions().timeZone,
      }
    },
  })
}

const zoneHint = 'Use an IANA name such as Europe/Berlin, America/New_York or UTC.'

function formatter(timeZone: string | undefined): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...(timeZone !== undefined && { timeZone }),
      ...({ year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'long' } as const),
      ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const),
      timeZoneName: 'longOffset',
    })
  } catch {
    return undefined
  }
}
