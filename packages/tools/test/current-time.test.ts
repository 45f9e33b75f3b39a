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
