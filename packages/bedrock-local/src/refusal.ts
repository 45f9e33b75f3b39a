/** How the service says no: a status, the class of its exception, and a message. */
export interface Refusal {
  readonly status: number
  /** Class name, such as `ValidationException`. */
  readonly error: string
  readonly message: string
  /** Name of the body's member that holds the message; denials of access have it with a capital. Default `message`. */
  readonly member?: 'message' | 'Message'
  /** ConverseStream answers with status 200 and this as its first frame. */
  readonly inStream?: true
}

/** The request itself is at fault. */
export function invalid(message: string): Refusal {
  return { status: 400, error: 'ValidationException', message }
}

/** Status of each modelled exception of Bedrock Runtime. */
export function statusOf(error: string): number {
  return statuses[error.charAt(0).toUpperCase() + error.slice(1)] ?? 500
}

const statuses: { readonly [error: string]: number } = {
  ValidationException: 400,
  ServiceQuotaExceededException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 408,
  ModelErrorException: 424,
  ModelStreamErrorException: 424,
  ThrottlingException: 429,
  ModelNotReadyException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
}
