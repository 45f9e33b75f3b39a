import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

export interface Workspace {
  /** From the root, with `/`. */
  readonly path: string
  readonly manifest: {
    readonly name: string
    readonly private?: boolean
    readonly description?: string
    readonly license?: string
    readonly engines?: { readonly node?: string }
    readonly files?: readonly string[]
  }
}

/** Every workspace of the repository, in the order of its path. */
export function workspaces(): Workspace[] {
  const grouped = ['packages', 'apps', 'tests'].flatMap((group) => childFolders(group))
  return [...grouped, 'examples', 'bench']
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .map((path) => ({ path, manifest: JSON.parse(readText(`${path}/package.json`)) }))
}

/** Paths, from the root, of the documents whose code and links are checked. */
export function documents(): string[] {
  const inRoot = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md']
  const readmes = workspaces().map(({ path }) => `${path}/README.md`)
  return [...inRoot, ...readmes, ...filesUnder('docs', '.md')].filter((path) => existsSync(join(root, path)))
}

/** Paths, from the root, of all files under `folder` that end in `extension`, without installed and built ones. */
export function filesUnder(folder: string, extension: string): string[] {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(node_modules|dist|\.snippets|\.turbo)\//.test(path))
    .sort()
}

/** The text of a file, by its path from the root. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Lines as an editor counts them. */
export function lineCount(path: string): number {
  return readText(path).replace(/\n$/, '').split('\n').length
}

function childFolders(group: string): string[] {
  if (!existsSync(join(root, group))) return []
  return readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${group}/${entry.name}`)
    .sort()
}
