import type { JsonValue } from '@x/types'

/** Where a value stands: member names and positions, from the root. The root itself is `[]`. */
export type JsonPath = readonly (string | number)[]

/** Called with each value that has closed, children before their container. */
export type OnClose = (path: JsonPath, value: JsonValue) => void

/**
 * The value while it grows: a stack of the containers that are open, each with its closed children only. An open
 * container is never given out. What is given out instead is a copy of each open container, so that a closed child is
 * the same object in every snapshot, and a container that closes needs no copy at all.
 */
export class JsonTree {
  /** Of the root, once it is closed. */
  root: JsonValue | undefined
  /** Copying one snapshot takes time in proportion to this: the children of all open containers, weighted. */
  weight = 0
  /** Nothing but brackets so far: no scalar and no closed container. */
  isBare = true
  readonly #containers: Container[] = []
  /** For each open object: the member that is being read, and how many are closed. Unused for arrays. */
  readonly #names: (string | undefined)[] = []
  readonly #counts: number[] = []
  readonly #onClose: OnClose | undefined

  constructor(onClose?: OnClose) {
    this.#onClose = onClose
  }

  get depth(): number {
    return this.#containers.length
  }

  get isInArray(): boolean {
    return Array.isArray(this.#containers[this.depth - 1])
  }

  /** Opens an empty container, in the place of the next value. */
  open(container: Container): void {
    this.#containers.push(container)
    this.#names.push(undefined)
    this.#counts.push(0)
    this.weight += containerWeight
  }

  /** Names the member whose value comes next. */
  name(name: string): void {
    this.#names[this.depth - 1] = name
  }

  /** Adds a closed value to the innermost open container, or makes it the root. */
  add(value: JsonValue): void {
    const path = this.#onClose && this.path()
    const last = this.depth - 1
    const container = this.#containers[last]
    this.isBare = false
    if (container === undefined) {
      this.root = value
    } else if (Array.isArray(container)) {
      container.push(value)
      this.weight += 1
    } else {
      setMember(container, this.#names[last] as string, value)
      this.#names[last] = undefined
      this.#counts[last] = (this.#counts[last] as number) + 1
      this.weight += memberWeight
    }
    if (path) this.#onClose?.(path, value)
  }

  /** Closes the innermost open container. */
  close(): void {
    const container = this.#containers.pop() as Container
    this.#names.pop()
    const count = this.#counts.pop() as number
    this.weight -= containerWeight + (Array.isArray(container) ? container.length : count * memberWeight)
    this.add(container)
  }

  /** Forgets the open containers. */
  clear(): void {
    this.#containers.length = 0
    this.#names.length = 0
    this.#counts.length = 0
    this.weight = 0
  }

  /** Where the value stands that comes next or is being read. */
  path(): JsonPath {
    return this.#containers.map((_, level) => this.#keyAt(level)).filter((key) => key !== undefined)
  }

  /** Whether there is a closed value at `path`. */
  hasClosed(path: JsonPath): boolean {
    let level = 0
    while (level < this.depth && level < path.length && path[level] === this.#keyAt(level)) level++
    if (this.depth === 0) return hasOwn(this.root, path)
    // All of the path is open, or it leads into the scalar that is being read.
    if (level === path.length || level === this.depth) return false
    return hasOwn(this.#containers[level], path.slice(level))
  }

  /** A copy of what is open, around `inner`: what can be shown of a scalar that is still being read. */
  snapshot(inner: string | undefined): JsonValue | undefined {
    if (this.root !== undefined) return this.root
    let child: JsonValue | undefined = inner
    for (let level = this.depth - 1; level >= 0; level--) {
      const container = this.#containers[level] as Container
      child = Array.isArray(container) ? copyArray(container, child) : copyObject(container, this.#names[level], child)
    }
    return child
  }

  /** What leads on from an open container; undefined in an object whose next member has no name yet. */
  #keyAt(level: number): string | number | undefined {
    const container = this.#containers[level]
    return Array.isArray(container) ? container.length : this.#names[level]
  }
}

/** To copy a member takes at least this many times as long as to copy an item. */
const memberWeight = 16
const containerWeight = 8

type Container = JsonValue[] | Record<string, JsonValue>

function hasOwn(root: JsonValue | undefined, path: JsonPath): boolean {
  let value: unknown = root
  for (const key of path) {
    const isKey = Array.isArray(value) ? typeof key === 'number' : typeof key === 'string'
    if (!isKey || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false
    value = (value as Record<string | number, unknown>)[key]
  }
  return value !== undefined
}

/** `slice` copies memory; to push onto the copy would copy it twice. */
function copyArray(array: JsonValue[], child: JsonValue | undefined): JsonValue {
  if (child === undefined) return array.slice()
  array.push(child)
  const copy = array.slice()
  array.pop()
  return copy
}

/** A loop, because `{ ...object }` takes several times as long in V8. */
function copyObject(
  object: Record<string, JsonValue>,
  name: string | undefined,
  child: JsonValue | undefined,
): JsonValue {
  const copy: Record<string, JsonValue> = {}
  for (const key of Object.keys(object)) setMember(copy, key, object[key] as JsonValue)
  if (child !== undefined && name !== undefined) setMember(copy, name, child)
  return copy
}

/** An assignment to `__proto__` would set the prototype; as JSON it is a member like any other. */
export function setMember(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  } else {
    object[name] = value
  }
}
