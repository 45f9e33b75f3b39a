import { Agent, defineTool, textOf } from '@x/agent'
import { z } from 'zod'

const getWeather = defineTool({
  name: 'get_weather',
  description: 'Tells the temperature in a city now.',
  input: z.object({ city: z.string() }),
  // What a generator yields is shown at once; what it returns goes to the model.
  async *execute({ city }) {
    yield `asking the station of ${city}`
    return { city, celsius: city === 'Oslo' ? 2 : 16 }
  },
})

const agent = new Agent({ tools: [getWeather] })

// Both calls come in one answer, so both run at once.
for await (const event of agent.stream('How warm is it in Lisbon and in Oslo?')) {
  if (event.type === 'tool-start') console.log('call', event.name, JSON.stringify(event.input))
  if (event.type === 'tool-progress') console.log('progress', event.progress)
  if (event.type === 'run-end') console.log(textOf(event.result))
}

/* prints
call get_weather {"city":"Lisbon"}
call get_weather {"city":"Oslo"}
progress asking the station of Lisbon
progress asking the station of Oslo
16
2
*/
