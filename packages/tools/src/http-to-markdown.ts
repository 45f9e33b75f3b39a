import { createRequire } from 'node:module'
import { AgentError } from '@x/types'
import { startWorker } from './run-in-worker.js'

/** How long one page may take. Parsers of HTML are quadratic or worse in how deep it is nested. */
const timeoutMs = 5_000

/**
 * HTML as Markdown by the package `turndown` (an optional peer, found at the first call), in a thread of its own that is
 * ended when it takes too long or too much memory. Links become absolute; scripts, styles and inline images are left out.
 * @throws AgentError `invalid-config` when the package is missing; `timeout`, `aborted` or `tool-failed` for a page that
 *   cannot be converted
 */
export async function toMarkdown(html: string, baseUrl: string, signal: AbortSignal): Promise<string> {
  const worker = startWorker(convert, turndownPath(), signal)
  try {
    return String(await worker.ask({ html, baseUrl }, timeoutMs))
  } finally {
    await worker.close()
  }
}

function turndownPath(): string {
  try {
    return createRequire(import.meta.url).resolve('turndown')
  } catch (cause) {
    throw new AgentError('invalid-config', 'To give HTML as Markdown, httpRequest needs the package turndown.', {
      hint: 'Install it (npm install turndown), or give the option `toMarkdown`.',
      scope: 'run',
      cause,
    })
  }
}

const convert = `({ html, baseUrl }, turndownPath) => {
  const TurndownService = require(turndownPath)
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  service.remove(['script', 'style', 'noscript', 'template', 'iframe', 'object', 'svg', 'canvas'])
  const absolute = (reference) => {
    if (!reference) return undefined
    try {
      const url = new URL(reference, baseUrl)
      return /^(https?|mailto):$/.test(url.protocol) ? url.href : undefined
    } catch {
      return undefined
    }
  }
  service.addRule('link', {
    filter: 'a',
    replacement(content, node) {
      const target = absolute(node.getAttribute('href'))
      return target && content.trim() ? '[' + content.trim() + '](' + target + ')' : content
    },
  })
  service.addRule('image', {
    filter: 'img',
    replacement(_content, node) {
      const target = absolute(node.getAttribute('src'))
      const words = (node.getAttribute('alt') || '').replace(/\\s+/g, ' ').trim()
      return target ? '![' + words + '](' + target + ')' : words
    },
  })
  return service.turndown(html)
}`
