import { isAgentError } from '@x/types'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currentTime } from '../src/current-time.js'
import { toolContext } from './tool-context.js'

const { context } = toolContext()
const now = () => new Date('2026-03-29T00:59:59.500Z')

describe('currentTime', () => {
  it.each([
    ['UTC', '2026-03-29T00:59:59+00:00', 'Sunday'],
    ['Europe/Berlin', '2026-03-29T01:59:59+01:00', 'Sunday'],
    ['America/New_York', '2026-03-28T20:59:59-04:00', 'Saturday'],
    ['Asia/Kolkata', '2026-03-29T06:29:59+05:30', 'Sunday'],
  ])('tells the time in %s', async (timeZone, local, weekday) => {
    const output = await currentTime({ now }).execute({ timeZone }, context)
    expect(output).toEqual({ iso: '2026-03-29T00:59:59.500Z', local, weekday, timeZone })
  })

  it('follows a change of daylight saving time', async () => {
    const later = () => new Date('2026-03-29T01:00:00Z')
    const output = await currentTime({ now: later }).execute({ timeZone: 'Europe/Berlin' }, context)
    expect(output).toMatchObject({ local: '2026-03-29T03:00:00+02:00' })
  })

  it.each([
    ['before clocks go back', '2026-10-25T00:59:59Z', 'Europe/Berlin', '2026-10-25T02:59:59+02:00'],
    ['after, at the same time of day', '2026-10-25T01:59:59Z', 'Europe/Berlin', '2026-10-25T02:59:59+01:00'],
    ['where summer is in winter', '2026-01-01T00:00:00Z', 'Australia/Lord_Howe', '2026-01-01T11:00:00+11:00'],
    ['where clocks move half an hour', '2026-07-01T00:00:00Z', 'Australia/Lord_Howe', '2026-07-01T10:30:00+10:30'],
    ['where they never move', '2026-07-01T00:00:00Z', 'America/Phoenix', '2026-06-30T17:00:00-07:00'],
    ['at three quarters', '2026-07-01T00:00:00Z', 'Asia/Kathmandu', '2026-07-01T05:45:00+05:45'],
    ['at midnight', '2026-07-01T00:00:00Z', 'UTC', '2026-07-01T00:00:00+00:00'],
    ['farthest east', '2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01T00:00:00+14:00'],
    ['farthest west', '2027-01-01T00:00:00Z', 'Etc/GMT+12', '2026-12-31T12:00:00-12:00'],
    ['on a leap day', '2028-02-28T23:30:00Z', 'Europe/Berlin', '2028-02-29T00:30:00+01:00'],
  ])('is right %s', async (_when, iso, timeZone, local) => {
    const output = await currentTime({ now: () => new Date(iso) }).execute({ timeZone }, context)
    expect(output).toMatchObject({ local, timeZone })
  })

  it('means the same moment in every zone that the system knows', async () => {
    const tool = currentTime({ now })
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      const { local } = (await tool.execute({ timeZone }, context)) as { local: string }
      expect(Date.parse(local), timeZone).toBe(Date.parse('2026-03-29T00:59:59Z'))
    }
  })

  it('gives a time or invalid-tool-input for any name', async () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('utc', 'europe/berlin', '../etc', '+01:00', 'GMT+1', 'x'.repeat(65)),
    )
    await fc.assert(
      fc.asyncProperty(names, async (timeZone) => {
        const outcome = await currentTime({ now })
          .execute({ timeZone }, context)
          .catch((error) => error)
        if (isAgentError(outcome)) expect(outcome.code).toBe('invalid-tool-input')
        else expect(Date.parse(Object(outcome).local)).toBe(Date.parse('2026-03-29T00:59:59Z'))
      }),
    )
  })

  it('only reads', () => {
    expect(currentTime().annotations).toMatchObject({ readOnly: true, destructive: false, openWorld: false })
  })

  it('takes the default time zone, and the clock and zone of the system without options', async () => {
    expect(await currentTime({ now, timeZone: 'Asia/Tokyo' }).execute({}, context)).toMatchObject({
      timeZone: 'Asia/Tokyo',
    })
    const output = (await currentTime().execute({}, context)) as { iso: string; local: string; timeZone: string }
    expect(Math.abs(Date.parse(output.iso) - Date.now())).toBeLessThan(60_000)
    expect(Math.abs(Date.parse(output.local) - Date.parse(output.iso))).toBeLessThan(1_000)
    expect(output.timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
  })

  it('tells the model how zones are named when there is none of that name', async () => {
    await expect(currentTime().execute({ timeZone: 'Mars/Base' }, context)).rejects.toMatchObject({
      code: 'invalid-tool-input',
      message: 'There is no time zone of that name. Use an IANA name such as Europe/Berlin, America/New_York or UTC.',
    })
  })

  it('refuses a default time zone that does not exist', () => {
    expect(() => currentTime({ timeZone: 'Mars/Base' })).toThrow('There is no time zone "Mars/Base".')
  })
})
