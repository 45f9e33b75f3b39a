/** A text block, or none: the service refuses text of white space alone. */
export function toText(text: string): { text: string }[] {
  return text.trim() === '' ? [] : [{ text }]
}
