import path from 'node:path'
import { publishedPackages, repository, textOf } from './repository.ts'

/** The README of each package, as a page. */
export function packagePages(): ReadonlyMap<string, string> {
  return new Map(
    publishedPackages().map(({ folder }): [string, string] => {
      const readme = withLinks(textOf(`packages/${folder}/README.md`), `packages/${folder}`)
      return [`reference/packages/${folder}.md`, `${readme}\n[API](../api/${folder})\n`]
    }),
  )
}

/**
 * Links to other packages lead to their pages; other files of the repository are only named, because the site does not
 * hold them.
 */
function withLinks(markdown: string, folder: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\((?!https?:|#)([^)\s]+)\)/g, (_link, text: string, target: string) => {
    const file = path.relative(repository, path.resolve(repository, folder, target))
    const other = /^packages\/([^/]+)(\/README\.md)?$/.exec(file)?.[1]
    return other === undefined ? `${text} (\`${file}\` of the repository)` : `[${text}](./${other})`
  })
}
