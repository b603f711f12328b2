import { existsSync } from 'node:fs'
import path from 'node:path'
import type { DefaultTheme } from 'vitepress'
import { ADAPTER_NOUNS, NOUNS, type Noun } from '../generator/nouns.ts'
import { packagePage } from '../generator/places.ts'
import { publishedPackages, repository } from '../generator/repository.ts'

/** The part of the menu that leads to generated pages. */
export function referenceMenu(): DefaultTheme.SidebarItem[] {
  const packages = publishedPackages()
  return [
    {
      text: 'Reference',
      items: [
        { text: 'Options', link: '/reference/options' },
        { text: 'Methods', link: '/reference/methods' },
        { text: 'Error codes', link: '/reference/errors' },
        { text: 'Events', link: '/reference/events' },
        { text: 'Commands', link: '/reference/commands' },
        { text: 'HTTP', link: '/reference/http' },
        { text: 'Tables', link: '/reference/tables' },
        { text: 'Changelog', link: '/reference/changelog' },
        { text: 'By subject', collapsed: true, items: nounItems(NOUNS) },
        { text: 'For adapters', collapsed: true, items: nounItems(ADAPTER_NOUNS) },
        {
          text: 'Packages',
          collapsed: true,
          items: packages.map(({ name, folder }) => ({ text: name, link: `/reference/packages/${folder}` })),
        },
        {
          text: 'Exports by package',
          collapsed: true,
          link: '/reference/api/',
          items: packages.flatMap(({ folder, entries }) =>
            entries
              // Some entries export nothing to import, such as the program of a worker.
              .filter(({ specifier }) => existsSync(path.join(repository, `docs/${packagePage(folder, specifier)}.md`)))
              .filter(({ specifier }) => folder !== 'core' || specifier === '@rindle/core')
              .map(({ specifier }) => ({ text: specifier, link: `/${packagePage(folder, specifier)}` })),
          ),
        },
      ],
    },
  ]
}

/** Those with a line of their own above are left out. */
function nounItems(nouns: readonly Noun[]): DefaultTheme.SidebarItem[] {
  return nouns
    .filter(({ page }) => page !== 'errors' && page !== 'events')
    .map(({ page, title }) => ({ text: title, link: `/reference/${page}` }))
}
