import type {
  KnowledgeBaseRetrievalResult,
  RetrievalResultLocation,
  RetrieveCommandOutput,
} from '@aws-sdk/client-bedrock-agent-runtime'
import type { ImagePart, SearchResultPart, TextPart, ToolResultContent } from '@x/types'

export interface ResultOptions {
  readonly form: 'search-result' | 'text'
  readonly minScore?: number | undefined
  readonly maxChars: number
}

/** What was found, best first, within the bound; what did not fit is told. */
export function toSearchResults(response: RetrieveCommandOutput, options: ResultOptions): readonly ToolResultContent[] {
  const { form, minScore, maxChars } = options
  const all = response.retrievalResults ?? []
  const good = all.filter(({ score }) => minScore === undefined || (score ?? 0) >= minScore)
  const parts: ToolResultContent[] = []
  let left = maxChars
  let shown = 0
  for (const result of good) {
    if (left <= 0) break
    const text = toText(result)
    const kept = text.slice(0, left)
    parts.push(toPart(result, kept.length < text.length ? `${kept}…` : kept, form), ...toImages(result))
    left -= kept.length
    shown += 1
  }
  const notes = [
    ...(response.guardrailAction === 'INTERVENED' ? ['A guardrail withheld or changed results.'] : []),
    ...(shown < good.length ? [`${good.length - shown} more results did not fit: ask for something narrower.`] : []),
    ...(good.length === 0 ? ['Nothing was found.'] : []),
  ]
  return notes.length === 0 ? parts : [...parts, { type: 'text', text: `(${notes.join(' ')})` }]
}

function toPart(
  result: KnowledgeBaseRetrievalResult,
  text: string,
  form: ResultOptions['form'],
): SearchResultPart | TextPart {
  const source = sourceOf(result)
  const title = titleOf(result, source)
  if (form === 'text') return { type: 'text', text: `[${title}](${source})\n${text}` }
  return { type: 'search-result', source, title, content: [text], citations: true }
}

function toText({ content }: KnowledgeBaseRetrievalResult): string {
  const row = content?.row?.map(({ columnName = '', columnValue = '' }) => `${columnName}: ${columnValue}`).join('\n')
  const text = content?.text || row || content?.audio?.transcription || content?.video?.summary
  // The service refuses a search result without text.
  return text?.trim() ? text : `(${(content?.type ?? 'something').toLowerCase()} without text)`
}

/** A picture comes as a data URL. */
function toImages({ content }: KnowledgeBaseRetrievalResult): ImagePart[] {
  const [, format, base64] =
    /^data:image\/(png|jpeg|gif|webp);base64,([\w+/]+=*)$/.exec(content?.byteContent ?? '') ?? []
  if (format === undefined || base64 === undefined) return []
  return [{ type: 'image', format: format as ImagePart['format'], source: { type: 'base64', base64 } }]
}

/** The member of a location that says where, by the kind of data source. */
const places: readonly ((location: RetrievalResultLocation) => string | undefined)[] = [
  ({ s3Location }) => s3Location?.uri,
  ({ webLocation }) => webLocation?.url,
  ({ confluenceLocation }) => confluenceLocation?.url,
  ({ salesforceLocation }) => salesforceLocation?.url,
  ({ sharePointLocation }) => sharePointLocation?.url,
  ({ oneDriveLocation }) => oneDriveLocation?.url,
  ({ googleDriveLocation }) => googleDriveLocation?.url,
  ({ kendraDocumentLocation }) => kendraDocumentLocation?.uri,
  ({ customDocumentLocation }) => customDocumentLocation?.id,
  ({ sqlLocation }) => sqlLocation?.query,
]

function sourceOf({ location, metadata, documentId }: KnowledgeBaseRetrievalResult): string {
  const found = location && places.map((place) => place(location)).find(Boolean)
  const uri = metadata?.['x-amz-bedrock-kb-source-uri']
  return found || (typeof uri === 'string' && uri) || documentId || 'knowledge base'
}

/** The document's own title, else the last name of its source; with the page where that is known. */
function titleOf({ metadata, location }: KnowledgeBaseRetrievalResult, source: string): string {
  const own = metadata?.title ?? metadata?.['x-amz-bedrock-kb-title']
  const last = location?.sqlLocation
    ? source
    : source
        .replace(/[?#].*$/, '')
        .split('/')
        .filter(Boolean)
        .at(-1)
  const page = Number(metadata?.['x-amz-bedrock-kb-document-page-number'])
  const title = typeof own === 'string' && own.trim() ? own : (last ?? source)
  return `${title.slice(0, 200)}${Number.isInteger(page) && page > 0 ? `, page ${page}` : ''}`
}
