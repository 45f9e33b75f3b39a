import type { Citation as WireCitation, CitationLocation as WireLocation } from '@aws-sdk/client-bedrock-runtime'
import type { Citation, CitationLocation } from '@x/types'

/** Citations of an earlier answer as they stood on the wire. */
export function toCitations(citations: readonly Citation[]): WireCitation[] {
  return citations.map(({ title, source, citedText, location }) => ({
    ...(title !== undefined && { title }),
    ...(source !== undefined && { source }),
    ...(citedText && { sourceContent: citedText.map((text) => ({ text })) }),
    ...(location && { location: toLocation(location) }),
  }))
}

function toLocation({ type, ...place }: CitationLocation): WireLocation {
  return { [wireNames[type]]: place } as unknown as WireLocation
}

const wireNames = {
  web: 'web',
  'document-char': 'documentChar',
  'document-page': 'documentPage',
  'document-chunk': 'documentChunk',
  'search-result': 'searchResultLocation',
} as const satisfies Record<CitationLocation['type'], string>
