import type { Exchange } from './exchange.js'

/**
 * Whether a request was meant for this machine and does not come from some web page: a name of someone's own that
 * points to 127.0.0.1 (DNS rebinding) is refused, and so is a page of any other site.
 */
export function isLocalCaller({ authority, headers }: Pick<Exchange, 'authority' | 'headers'>): boolean {
  return isLoopback(`http://${authority}`) && !isForeignPage(headers)
}

/** Whether a browser sends this for a page of another site. No SDK says where it comes from. */
export function isForeignPage({ origin, 'sec-fetch-site': site }: Exchange['headers']): boolean {
  return (origin !== undefined && !isLoopback(origin)) || site === 'cross-site'
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
