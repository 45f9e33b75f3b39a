import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool } from '@x/agent'
import { calculator } from '@x/tools/calculator'
import { currentTime } from '@x/tools/current-time'
import type { Tool } from '@x/types'
import { z } from 'zod'

/** Mean temperatures of a November day; a demo asks no weather service. */
const celsiusByCity: Readonly<Record<string, number>> = {
  amsterdam: 8,
  athens: 16,
  berlin: 5,
  cairo: 21,
  delhi: 20,
  helsinki: 1,
  istanbul: 12,
  lagos: 28,
  lima: 19,
  lisbon: 16,
  london: 9,
  madrid: 11,
  nairobi: 19,
  'new york': 10,
  oslo: 2,
  paris: 9,
  reykjavik: 3,
  rome: 14,
  'san francisco': 14,
  seattle: 8,
  sydney: 20,
  tokyo: 13,
  vienna: 6,
  zurich: 5,
}

const getWeather = defineTool({
  name: 'get_weather',
  description: 'Tells the temperature in a city now, in degrees Celsius: how warm or cold it is.',
  input: z.object({ city: z.string().describe('Name of the city, for example Lisbon') }),
  async *execute({ city }, { signal }) {
    for (const asked of ['looking for a station', 'reading the thermometer']) {
      yield asked
      await sleep(250, undefined, { signal })
    }
    const celsius = celsiusByCity[city.toLowerCase()]
    if (celsius === undefined) throw new Error(`No weather station in ${city}. Try one of the larger cities.`)
    return { city, celsius }
  },
})

export const tools: readonly Tool[] = [getWeather, currentTime(), calculator()]
