import type { JsonValue, ToolCall } from '@x/types'
import { canonicalJson } from './canonical-json.js'

const algorithm = { name: 'HMAC', hash: 'SHA-256' }

/**
 * An HMAC-SHA-256 over what makes a call this very one: the message it stands in, its id, tool and input. The run is
 * left out, as a resumed run may have another id. `claim` is what else the token says of the call; a token that says
 * one thing does not pass for another.
 */
export async function signCall(secret: string, call: ToolCall, ...claim: readonly JsonValue[]): Promise<string> {
  const signature = await globalThis.crypto.subtle.sign('HMAC', await keyOf(secret), textOf(call, claim))
  return btoa(String.fromCharCode(...new Uint8Array(signature)))
}

/** Whether `token` was made for this very call and claim, compared in constant time. */
export async function isSignedCall(
  secret: string,
  call: ToolCall,
  token: unknown,
  ...claim: readonly JsonValue[]
): Promise<boolean> {
  if (typeof token !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(token)) return false
  const signature = Uint8Array.from(atob(token), (character) => character.charCodeAt(0))
  return globalThis.crypto.subtle.verify('HMAC', await keyOf(secret), signature, textOf(call, claim))
}

function keyOf(secret: string) {
  const raw = new TextEncoder().encode(secret)
  return globalThis.crypto.subtle.importKey('raw', raw, algorithm, false, ['sign', 'verify'])
}

function textOf({ key, run, call }: ToolCall, claim: readonly JsonValue[]) {
  const place = key.slice(run.id.length)
  return new TextEncoder().encode(canonicalJson([place, call.id, call.name, call.input, ...claim]))
}
