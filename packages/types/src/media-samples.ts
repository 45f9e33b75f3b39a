import type { AudioPart, DocumentPart, ImagePart, VideoPart } from './message.js'

/** One small part of each kind of media: a picture of one pixel, a text, a moment of silence, the head of a film. */
export const mediaSamples: readonly (ImagePart | DocumentPart | VideoPart | AudioPart)[] = [
  {
    type: 'image',
    format: 'png',
    source: {
      type: 'base64',
      base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    },
  },
  // "Hello." in base64.
  { type: 'document', name: 'notes', format: 'txt', source: { type: 'base64', base64: 'SGVsbG8u' } },
  { type: 'video', format: 'mp4', source: { type: 'base64', base64: 'AAAAGGZ0eXBpc29tAAACAGlzb21pc28y' } },
  {
    type: 'audio',
    format: 'wav',
    source: { type: 'base64', base64: 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==' },
  },
]
