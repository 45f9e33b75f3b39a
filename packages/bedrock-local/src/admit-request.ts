import type { Authorization } from './check-authorization.js'
import { checkAuthorization } from './check-authorization.js'
import type { Exchange } from './exchange.js'
import type { Fault, HttpFault } from './fault.js'
import type { FaultRules } from './fault-rules.js'
import { isForeignPage } from './is-local-caller.js'
import { parseFault } from './parse-fault.js'
import type { Refusal } from './refusal.js'
import { invalid } from './refusal.js'

/** The header by which a request asks for a fault of its own: a short form or JSON. */
const faultHeader = 'x-bedrock-local-fault'

/** A request that goes on, with the fault chosen for its answer if there is one, or the reason why it does not. */
export type Admission =
  | { readonly refusal: Refusal | HttpFault; readonly fault?: undefined }
  | { readonly refusal?: undefined; readonly fault?: Exclude<Fault, HttpFault> | undefined }

/** Who asks, then the fault of the header, or else of the rules; one over HTTP strikes here. */
export function admitRequest(
  exchange: Exchange,
  body: Uint8Array,
  asked: { readonly operation: string; readonly modelId: string },
  { authorization, faults }: { readonly authorization: Authorization; readonly faults: FaultRules },
): Admission {
  const { method, path, headers, authority } = exchange
  if (isForeignPage(headers)) return { refusal: foreignPage }
  const refusal = checkAuthorization({ method, path, headers, authority, body }, authorization)
  if (refusal) return { refusal }
  try {
    const wished = headers[faultHeader]
    const fault = wished === undefined ? faults.choose(asked) : parseFault(wished)
    return fault?.type === 'http' ? { refusal: fault } : { fault }
  } catch (error) {
    const message = `The header ${faultHeader} holds no fault: ${(error as Error).message}`
    return { refusal: { ...invalid(message), error: 'LocalFaultError' } }
  }
}

/** Whatever the endpoint does for a request, recording from the real service above all, is not for strange pages. */
const foreignPage: Refusal = {
  status: 403,
  error: 'AccessDeniedException',
  message: 'bedrock-local does not answer web pages of other sites.',
}
