/** A `content-type` header. */
export interface ContentType {
  /** `type/subtype` in lower case, or '' when there is none. */
  readonly mediaType: string
  readonly charset?: string | undefined
}

export function parseContentType(header: string | undefined): ContentType {
  const [mediaType = '', ...parameters] = (header ?? '').split(';').map((piece) => piece.trim())
  const charset = parameters.map((parameter) => /^charset="?([^"]*)"?$/i.exec(parameter)?.[1]).find(Boolean)
  return { mediaType: mediaType.toLowerCase(), charset }
}

export function isHtml({ mediaType }: ContentType): boolean {
  return mediaType === 'text/html' || mediaType === 'application/xhtml+xml'
}

export function isJson({ mediaType }: ContentType): boolean {
  return /^(application|text)\/([\w.-]+\+)?json$/.test(mediaType)
}

/** Whether a type says text. One that is missing or unknown says nothing: the bytes decide. */
function isTextType(type: ContentType): boolean {
  return (
    isJson(type) ||
    /^text\/|[/+](xml|yaml|toml|graphql|javascript|ecmascript|x-javascript|x-yaml|x-sh|x-ndjson|jsonl|sql|x-www-form-urlencoded)$/.test(
      type.mediaType,
    )
  )
}

export function isBinaryType({ mediaType }: ContentType): boolean {
  return (
    /^(image|audio|video|font|model)\/(?!svg\+xml$)|^application\/(pdf|zip|gzip|x-tar|wasm|vnd\.|java-archive|x-7z)/.test(
      mediaType,
    ) && !/\+(xml|json)$/.test(mediaType)
  )
}

/**
 * The text of a body: the mark at its beginning counts first, then the header, then what an HTML page says of itself in
 * its first 1,024 bytes, then UTF-8. `undefined`: it is not text.
 * @param isCut whether bytes are missing at the end, so that half a character there is left out
 */
export function decodeText(bytes: Uint8Array, type: ContentType, isCut: boolean): string | undefined {
  const decoder =
    decoderOf(marked(bytes)) ?? decoderOf(type.charset) ?? decoderOf(declared(bytes, type)) ?? new TextDecoder()
  const text = decoder.decode(bytes, { stream: isCut })
  if (text.slice(0, 2048).includes('\0')) return undefined
  return isTextType(type) || !isGarbled(text) ? text : undefined
}

function decoderOf(label: string | undefined): InstanceType<typeof TextDecoder> | undefined {
  try {
    return label === undefined ? undefined : new TextDecoder(label)
  } catch {
    return undefined
  }
}

function marked([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

function declared(bytes: Uint8Array, type: ContentType): string | undefined {
  if (!isHtml(type)) return undefined
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024))
  return /<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})/i.exec(head)?.[1]
}

/** Bytes that say nothing of themselves and are no UTF-8. */
function isGarbled(text: string): boolean {
  const sample = text.slice(0, 2048)
  return sample.split('\uFFFD').length - 1 > sample.length / 50
}
