import { createHash } from 'node:crypto'

/** The id as the wire takes it. The same id always gives the same one, so calls and results stay together. */
export function toCallId(id: string): string {
  return /^[a-zA-Z0-9_.:-]{1,64}$/.test(id) ? id : mended(id, /[^a-zA-Z0-9_.:-]/g)
}

/** The name of a called tool as the wire takes it: models also call tools that do not exist. */
export function toCallName(name: string): string {
  return isToolName(name) ? name : mended(name, /[^a-zA-Z0-9_-]/g)
}

export function isToolName(name: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name)
}

// The digest keeps ids apart that look the same once mended.
function mended(id: string, strange: RegExp): string {
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 12)
  return `${id.replace(strange, '_').slice(0, 51)}_${digest}`
}
