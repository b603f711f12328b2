import { publishedPackages, textOf } from './repository.ts'

/** The title of a page that is written by hand, or of a package's page: `guide/uploads`. Throws if there is none. */
export function pageTitle(page: string): string {
  const [, folder] = /^reference\/packages\/(.*)$/.exec(page) ?? []
  const file = folder === undefined ? `docs/${page}.md` : `packages/${folder}/README.md`
  if (folder !== undefined && !publishedPackages().some((found) => found.folder === folder)) {
    throw new Error(`There is no package ${folder}.`)
  }
  const title = /^# (.*)$/m.exec(textOf(file))?.[1]
  if (title === undefined) throw new Error(`${file} has no title.`)
  return title
}
