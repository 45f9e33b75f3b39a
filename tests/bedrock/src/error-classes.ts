/** Our codes for a class of the recordings. */
export function codesOf(recordedClass: string): readonly string[] {
  return codes[recordedClass] ?? [`no code for ${recordedClass}`]
}

const codes: Readonly<Record<string, readonly string[]>> = {
  throttled: ['throttled', 'quota'],
  'access-denied': ['access-denied'],
  'needs-inference-profile': ['needs-inference-profile'],
  'invalid-model-id': ['invalid-model'],
  'model-retired': ['model-end-of-life'],
  'context-overflow': ['context-overflow'],
  validation: ['invalid-request'],
  unavailable: ['unavailable'],
  timeout: ['timeout'],
  'expired-credentials': ['credentials'],
  'bad-credentials': ['credentials'],
  'model-failed': ['model-failed'],
  'bad-reply': ['internal'],
  other: ['internal'],
}
