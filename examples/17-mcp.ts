import { fileURLToPath } from 'node:url'
import { Agent, defineTool, textOf } from '@x/agent'
import { mcpTools, serveMcp } from '@x/mcp'
import { z } from 'zod'

// Any tool can be offered to others by the Model Context Protocol.
async function serve() {
  const getWeather = defineTool({
    name: 'get_weather',
    description: 'Tells the temperature in a city now.',
    input: z.object({ city: z.string() }),
    async *execute({ city }) {
      yield `asking the station of ${city}`
      return { city, celsius: 2 }
    },
  })
  await serveMcp([getWeather]).stdio()
}

// And an agent takes the tools of any server, started here as a program: this one, with another argument.
async function ask() {
  await using server = await mcpTools(
    { command: process.execPath, args: [fileURLToPath(import.meta.url), 'serve'] },
    // This server is our own. Without this word its tool would need an approval, as it does not say that it only reads.
    { approval: 'never' },
  )
  console.log(server.tools.map(({ name }) => name).join())
  const agent = new Agent({ tools: server.tools })
  for await (const event of agent.stream('How warm is it in Oslo?')) {
    if (event.type === 'tool-progress') console.log(JSON.stringify(event.progress))
    if (event.type === 'run-end') console.log(textOf(event.result))
  }
}

await (process.argv[2] === 'serve' ? serve() : ask())

/* prints
get_weather
{"progress":1,"message":"asking the station of Oslo"}
2
*/
