import path from 'node:path'
import { instanceParts } from './instance-parts.ts'
import { anchor, code } from './markdown.ts'
import { nounOf } from './nouns.ts'
import type { Export } from './read-exports.ts'

/** Where each export stands in the reference, and how a page links to it. */
export interface Places {
  /** The page of an export, from the root of the site, without `.md`. */
  pageOf(item: Export): string
  /** A link to an export, from that page. */
  linkTo(item: Export, from: string): string
  /** Links to the exports that a text of code names, in its order; without those in `but`. */
  linksIn(text: string, from: { readonly page: string; readonly item: Export }): readonly string[]
}

/** Gives every export its place: those of core by noun, those of other packages by their import specifier. */
export function placesOf(own: readonly Export[]): Places {
  const byName = Map.groupBy(own, ({ name }) => name)
  const parts = instanceParts(own)
  const linkTo = (item: Export, from: string): string => {
    // The methods of operators are on many pages, those of any other part on one.
    const isSpread = item.name === 'Operations' && parts.includes(item)
    const place = placeFrom(from, isSpread ? 'reference/methods' : pageOf(item))
    if (isSpread) return `[${code(item.name)}](${place})`
    return `[${code(item.name)}](${place}#${anchor(parts.includes(item) ? 'Methods' : item.name)})`
  }
  /** Of two packages that export the same name, the reader's own comes first, then core. */
  const exportNamed = (name: string, { package: { folder } }: Export): Export | undefined => {
    const found = byName.get(name) ?? []
    return found.find((item) => item.package.folder === folder) ?? found.find((item) => item.package.folder === 'core')
  }
  return {
    pageOf,
    linkTo,
    linksIn(text, { page, item }) {
      const names = new Set(withoutComments(text).match(/\b[A-Z]\w+/g))
      names.delete(item.name)
      return [...names].flatMap((name) => {
        const named = exportNamed(name, item)
        return named === undefined ? [] : [linkTo(named, page)]
      })
    },
  }
}

function placeFrom(from: string, page: string): string {
  const target = path.posix.relative(path.posix.dirname(from), page)
  if (page === from) return ''
  return target.startsWith('.') ? target : `./${target}`
}

function pageOf(item: Export): string {
  const { package: found, specifier } = item
  if (found.folder === 'core') return `reference/${nounOf(item).page}`
  return packagePage(found.folder, specifier)
}

/** The page of an entry of a package. */
export function packagePage(folder: string, specifier: string): string {
  const [, , entry] = specifier.split('/')
  return `reference/api/${entry === undefined ? folder : `${folder}-${entry}`}`
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
}
