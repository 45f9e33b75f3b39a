import type { RuleContext } from './rule.js'

/** What the service's rules go by beside the request. */
export interface RuleOptions {
  /** Where the endpoint stands. Default: the region that a request is signed for, `us-east-1` for those without. */
  readonly region?: string
  /**
   * Models past their end of life, by `now`: answered, or refused as the service does, those marked as Legacy too if
   * you say so. Default `answer`, so that no test fails on the day a model retires.
   */
  readonly retiredModels?: 'answer' | 'refuse' | 'refuse-legacy'
  /** The clock by which cached prompts expire and models retire, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

export const defaultRegion = 'us-east-1'

/** For one request with these headers. */
export function ruleContext(
  { region, retiredModels = 'answer', now = Date.now }: RuleOptions,
  headers: { readonly [name: string]: string },
): RuleContext & { readonly region: string } {
  return {
    region: region ?? signedRegion(headers.authorization) ?? defaultRegion,
    ...(retiredModels !== 'answer' && { now: new Date(now()) }),
    usesLegacyModels: retiredModels !== 'refuse-legacy',
  }
}

/** The scope of a signature names the region that its client means. */
function signedRegion(authorization = ''): string | undefined {
  return /Credential=[^/]+\/\d+\/([a-z0-9-]+)\//.exec(authorization)?.[1]
}
