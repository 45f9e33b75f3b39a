import { setTimeout as sleep } from 'node:timers/promises'
import type { Lots } from './lots.js'

/** Where a process may die beside between two events. */
export type DeathPlace = 'journal' | 'session' | 'tool'

/** One process: it can die at any moment, and whatever it was about to do is then never done. */
export class Life {
  readonly #controller = new AbortController()
  readonly #lots: Lots
  #doomed: { readonly place: DeathPlace; left: number; readonly before: boolean } | undefined
  isDead = false
  readonly death: Promise<'dead'>
  #die = (_word: 'dead') => {}

  constructor(lots: Lots) {
    this.#lots = lots
    this.death = new Promise((resolve) => {
      this.#die = resolve
    })
  }

  /** For what would hold on to sockets: a process that dies lets go of them. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** It dies at the n-th step to such a place, before or after what is done there. */
  doom(place: DeathPlace, left: number): void {
    this.#doomed = { place, left, before: this.#lots.chance(0.5) }
  }

  spare(): void {
    this.#doomed = undefined
  }

  die(): void {
    this.isDead = true
    this.#die('dead')
    this.#controller.abort()
  }

  /** Does something outside of the process, at once or a moment later. */
  async reach<Value>(place: DeathPlace, work: () => Value | Promise<Value>): Promise<Value> {
    if (this.#lots.chance(0.2)) await sleep(1)
    const strikes = this.#doomed?.place === place && --this.#doomed.left < 0 ? this.#doomed : undefined
    if (strikes?.before) this.die()
    if (this.isDead) return never()
    const value = await work()
    if (strikes) this.die()
    return this.isDead ? never() : value
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
