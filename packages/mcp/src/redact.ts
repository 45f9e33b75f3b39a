/** Shorter ones are words such as `1` or `true`: taking them out would only garble the text. */
const minSecretLength = 6

/** `text` without any of `secrets`, and not longer than `maxLength` characters. */
export function redact(text: string, secrets: readonly string[], maxLength = 1000): string {
  let clean = text
  const longestFirst = [...secrets].sort((left, right) => right.length - left.length)
  for (const secret of longestFirst) {
    if (secret.length >= minSecretLength) clean = clean.replaceAll(secret, '[redacted]')
  }
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}

export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret.length >= minSecretLength && text.includes(secret))
}
