import type { DefaultTheme } from 'vitepress'

/**
 * The search of the site, which runs in the reader's browser. Words are also indexed without the marks inside of them,
 * so that "nextjs" finds "Next.js" and "pgboss" finds "pg-boss"; the `keywords` of a page's frontmatter are indexed as
 * its first words.
 */
export const search: DefaultTheme.LocalSearchOptions = {
  miniSearch: {
    options: {
      // The page runs the source of this function: it must not use anything from outside.
      tokenize(text) {
        const words = text.split(/[\n\r\p{Z}\p{P}]+/u)
        const compounds = text.match(/[\p{L}\p{N}]+(?:[.\-_/][\p{L}\p{N}]+)+/gu) ?? []
        return [...words, ...compounds.map((compound) => compound.replaceAll(/[.\-_/]/g, ''))]
      },
    },
  },
  _render(source, environment, markdown) {
    const html = markdown.render(source, environment)
    const keywords: unknown = environment.frontmatter?.['keywords']
    if (environment.frontmatter?.['search'] === false) return ''
    return typeof keywords === 'string' ? html.replace('</h1>', `</h1>\n<p>${keywords}</p>`) : html
  },
}
