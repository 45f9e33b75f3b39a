/** The id as the wire takes it: OpenAI's has at most 40 characters. The same id always gives the same one. */
export function toCallId(id: string): string {
  return /^[\x21-\x7e]{1,40}$/.test(id) ? id : mended(id, /[^a-zA-Z0-9_-]/g, 40)
}

/** The name of a called tool as the wire takes it: models also call tools that do not exist. */
export function toCallName(name: string): string {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name) ? name : mended(name, /[^a-zA-Z0-9_-]/g, 64)
}

/** The digest keeps apart what looks the same once mended. */
function mended(text: string, strange: RegExp, length: number): string {
  const mark = digest(text)
  return `${text.replace(strange, '_').slice(0, length - mark.length - 1)}_${mark}`
}

/** FNV-1a with two seeds: 64 bits, and no crypto, which is asynchronous where there is no Node.js. */
function digest(text: string): string {
  return [0x811c9dc5, 0x9747b28c]
    .map((seed) => {
      let hash = seed
      for (let index = 0; index < text.length; index++) {
        hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
      }
      return (hash >>> 0).toString(16).padStart(8, '0')
    })
    .join('')
}
