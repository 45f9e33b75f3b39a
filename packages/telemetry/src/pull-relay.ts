/**
 * Spares a run its own look at each event of a stream. A run that was pulled, and in the same breath pulled its model
 * call, cannot end before the call tells something: watching both would make one promise more for every event.
 */
export class PullRelay {
  #isReached = false
  #unwatched: Promise<unknown> | undefined
  #listen: (pulled: Promise<unknown>) => void = () => {}

  /** The last pull reached a model call that goes on: the next one goes straight there too. */
  get isStreaming(): boolean {
    return this.#unwatched !== undefined
  }

  /** The run's side: pulls, and listens at once unless a model call was reached, which then tells when it is over. */
  pull(pull: () => Promise<unknown>, listen: (pulled: Promise<unknown>) => void): Promise<unknown> {
    this.#isReached = false
    const pulled = pull()
    this.#listen = listen
    this.#unwatched = this.#isReached ? pulled : undefined
    if (!this.#isReached) listen(pulled)
    return pulled
  }

  /** The call's side: it is being pulled. */
  reach(): void {
    this.#isReached = true
  }

  /** The call is over, so the run may end with this very pull. */
  release(): void {
    const pulled = this.#unwatched
    this.#unwatched = undefined
    if (pulled !== undefined) this.#listen(pulled)
  }
}
