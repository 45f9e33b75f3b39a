/** Regions that the requests of an inference profile are spread over. */
export interface Geography {
  /** First part of the ids of its profiles. */
  readonly prefix: string
  /** As it stands in the names of its profiles. */
  readonly name: string
  /** Regions that may call them. */
  readonly sources: RegExp
}

/** By source region: AWS's model card of Haiku 4.5. `ca` and `in` were only seen in the wild. */
export const geographies: readonly Geography[] = [
  { prefix: 'us-gov', name: 'US-GOV', sources: /^us-gov-/ },
  { prefix: 'us', name: 'US', sources: /^(us-(east|west)-[12]|ca-central-1)$/ },
  { prefix: 'eu', name: 'EU', sources: /^eu-(central-[12]|north-1|south-[12]|west-[123])$/ },
  { prefix: 'apac', name: 'APAC', sources: /^ap-/ },
  { prefix: 'jp', name: 'JP', sources: /^ap-northeast-[13]$/ },
  { prefix: 'au', name: 'AU', sources: /^ap-southeast-[246]$/ },
  { prefix: 'ca', name: 'CA', sources: /^ca-/ },
  { prefix: 'in', name: 'IN', sources: /^ap-south-/ },
  { prefix: 'global', name: 'Global', sources: /^(?!us-gov-|cn-)/ },
]

const prefixed = new RegExp(`^(${geographies.map(({ prefix }) => prefix).join('|')})\\.(.+)$`)

/** Takes the geography off the id of a profile: `us.amazon.nova-lite-v1:0`. */
export function splitProfileId(id: string): { readonly prefix?: string; readonly baseId: string } {
  const [, prefix, baseId] = prefixed.exec(id) ?? []
  return prefix !== undefined && baseId !== undefined ? { prefix, baseId } : { baseId: id }
}

/** Whether an endpoint in this region serves profiles of that geography. */
export function isServedIn(prefix: string, region: string): boolean {
  return geographies.some((geography) => geography.prefix === prefix && geography.sources.test(region))
}
