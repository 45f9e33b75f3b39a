/** Text of about so many tokens: four characters a token. */
export function tokens(count: number, letter = 'a'): string {
  return `${letter}bc `.repeat(count)
}

export const point = { cachePoint: { type: 'default' as const } }
export const pointFor1h = { cachePoint: { type: 'default' as const, ttl: '1h' as const } }

export function tool(name: string, description = tokens(2000)) {
  return { toolSpec: { name, description, inputSchema: { json: { type: 'object' } } } }
}

export function user(...content: object[]) {
  return { role: 'user' as const, content: content as never }
}

export function assistant(text: string) {
  return { role: 'assistant' as const, content: [{ text }] }
}
