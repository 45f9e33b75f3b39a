import type { CitationsDelta } from '@aws-sdk/client-bedrock-runtime'
import type { Citation, CitationLocation } from '@x/types'

/** A citation of a stream; those of a whole reply have the same members. */
export function fromCitation({ title, source, sourceContent, location }: CitationsDelta): Citation {
  const [name, place] = Object.entries(location ?? {}).find(([, value]) => value !== undefined) ?? []
  const type = name === undefined ? undefined : types[name]
  return {
    ...(title !== undefined && { title }),
    ...(source !== undefined && { source }),
    ...(sourceContent && { citedText: sourceContent.map(({ text }) => text ?? '') }),
    ...(type && { location: { type, ...place } as CitationLocation }),
  }
}

const types: Readonly<Record<string, CitationLocation['type']>> = {
  web: 'web',
  documentChar: 'document-char',
  documentPage: 'document-page',
  documentChunk: 'document-chunk',
  searchResultLocation: 'search-result',
}
