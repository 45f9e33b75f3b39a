import { Window } from 'happy-dom'

/*
 * As much of a browser as React needs. `fetch`, streams and signals stay those of Node, so that requests really go over
 * the network. Import this before React.
 */
const window = new Window({ url: 'http://localhost/' })

const { document, navigator, HTMLIFrameElement } = window
for (const [name, value] of Object.entries({ window, document, navigator, HTMLIFrameElement })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
