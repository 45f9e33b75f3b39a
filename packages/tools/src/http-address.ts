import { lookup as systemLookup } from 'node:dns/promises'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { AgentError } from '@x/types'

export interface HostAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a host name. It is asked once a hop, and what it gives is what is connected to. */
export type HostLookup = (hostname: string) => Promise<readonly HostAddress[]>

export interface AddressRules {
  /** Default: the resolver of the operating system. */
  readonly lookup?: HostLookup | undefined
  /** True for every host, or names of hosts that may be at a private address. Default: none. */
  readonly allowPrivate?: boolean | readonly string[] | undefined
}

/**
 * The addresses to connect to, checked. One bad address among good ones refuses the host: a public name that also leads
 * inside is an attack or a mistake.
 * @throws AgentError `network` when there is no such host; `access-denied` when it is not public
 */
export async function resolveHost(hostname: string, rules: AddressRules): Promise<readonly HostAddress[]> {
  const { lookup = (name) => systemLookup(name, { all: true }) as Promise<HostAddress[]>, allowPrivate = false } = rules
  const literal = toHostAddress(hostname.replace(/^\[(.*)\]$/, '$1'))
  const addresses = literal ? [literal] : await found(hostname, lookup)
  const mayBePrivate = typeof allowPrivate === 'boolean' ? allowPrivate : allowPrivate.includes(hostname)
  // The address itself is not told: which names lead where inside is nobody's business.
  if (!mayBePrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new AgentError('access-denied', `${hostname} is at a private or otherwise special address.`, {
      hint: 'Only public hosts can be asked.',
    })
  }
  return addresses
}

/**
 * Whether an address is one of the public internet, after the IANA registries of special-purpose addresses. Addresses
 * that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are not, whatever they carry.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIpv4.check(address, 'ipv4')
  // What names a network interface is of this machine's surroundings.
  return (
    isIPv6(address) &&
    !address.includes('%') &&
    globalIpv6.check(address, 'ipv6') &&
    !specialIpv6.check(address, 'ipv6')
  )
}

async function found(hostname: string, lookup: HostLookup): Promise<readonly HostAddress[]> {
  let answers: readonly HostAddress[]
  try {
    answers = await lookup(hostname)
  } catch (cause) {
    throw notFound(hostname, cause)
  }
  const addresses = answers.map(({ address }) => toHostAddress(address)).filter((address) => address !== undefined)
  if (addresses.length === 0) throw notFound(hostname)
  return addresses
}

function toHostAddress(address: string): HostAddress | undefined {
  if (isIPv4(address)) return { address, family: 4 }
  return isIPv6(address) ? { address, family: 6 } : undefined
}

function notFound(hostname: string, cause?: unknown): AgentError {
  return new AgentError('network', `The host ${hostname} could not be found.`, {
    hint: 'Check its spelling.',
    ...(cause !== undefined && { cause }),
  })
}

// Two lists, as one with IPv6 rules that cover the mapped range would refuse every IPv4 address.
const specialIpv4 = blockList('ipv4', [
  '0.0.0.0/8', // this network; unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers (CGNAT)
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's platform service, public in form only
  '169.254.0.0/16', // link-local; metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved; broadcast
])

/** Outside of it lie loopback, unspecified, mapped, NAT64, discard, unique-local, link-local, site-local and multicast. */
const globalIpv6 = blockList('ipv6', ['2000::/3'])

const specialIpv6 = blockList('ipv6', [
  '2001::/23', // protocol assignments; Teredo, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
])

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}
