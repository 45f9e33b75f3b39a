import './dom.js'
import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { ChatPageProps } from './chat-page.js'
import { ChatPage } from './chat-page.js'

export interface Page {
  /** What an element says, or nothing when there is none. */
  text(selector: string): string | undefined
  texts(selector: string): string[]
  click(selector: string): void
  /** @throws when it has not come true after 20 seconds */
  until(what: string, condition: () => boolean): Promise<void>
  /** Leaves the page, as a reload does: requests under way are dropped. */
  close(): void
}

/** Opens the chat page in a document of its own. */
export function openPage(props: ChatPageProps): Page {
  const container = document.createElement('div')
  document.body.append(container)
  const root = createRoot(container)
  flushSync(() => root.render(createElement(ChatPage, props)))
  const texts = (selector: string) =>
    [...container.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '')
  return {
    text: (selector) => texts(selector)[0],
    texts,
    click(selector) {
      const element = container.querySelector<HTMLElement>(selector)
      if (!element) throw new Error(`There is no ${selector} in ${container.innerHTML}`)
      element.click()
    },
    async until(what, condition) {
      for (const deadline = Date.now() + 20_000; !condition(); ) {
        if (Date.now() > deadline) throw new Error(`It did not happen: ${what}. The page: ${container.innerHTML}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    close() {
      root.unmount()
      container.remove()
    },
  }
}
