import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DefaultTheme, SiteConfig } from 'vitepress'

/** A page as Markdown, for programs that read and for people who copy. */
interface Copy {
  /** From the root of the site: `guide/uploads.md`. */
  readonly file: string
  readonly title: string
  /** Of its frontmatter; empty for none. */
  readonly description: string
  readonly markdown: string
}

/**
 * Writes the Markdown of every page beside its HTML, and `llms.txt` (the pages by the groups of the menu) and
 * `llms-full.txt` (their texts) at the root (https://llmstxt.org).
 */
export async function writeMarkdownCopies({
  pages,
  srcDir,
  outDir,
  site,
}: SiteConfig<DefaultTheme.Config>): Promise<void> {
  const copies = new Map<string, Copy>()
  for (const file of pages) {
    const copy = await copyOf(srcDir, file)
    copies.set(file, copy)
    await mkdir(path.dirname(path.join(outDir, file)), { recursive: true })
    await writeFile(path.join(outDir, file), copy.markdown)
  }
  const menu = (site.themeConfig.sidebar ?? []) as DefaultTheme.SidebarItem[]
  const groups = menu.map(({ text = '', items = [] }) => ({
    text,
    copies: linksOf(items).flatMap((link) => copies.get(fileOf(link)) ?? []),
  }))
  const head = `# ${site.title}\n\n> ${site.description}\n`
  const index = groups.map(
    ({ text, copies: listed }) => `## ${text}\n\n${listed.map((copy) => lineOf(copy, site.base)).join('\n')}\n`,
  )
  await writeFile(path.join(outDir, 'llms.txt'), [head, ...index].join('\n'))
  const texts = groups.flatMap(({ copies: listed }) =>
    listed.map(({ file, markdown }) => `<!-- ${site.base}${file} -->\n\n${markdown}`),
  )
  await writeFile(path.join(outDir, 'llms-full.txt'), [head, ...texts].join('\n'))
}

async function copyOf(srcDir: string, file: string): Promise<Copy> {
  const source = await readFile(path.join(srcDir, file), 'utf8')
  const [, frontmatter = '', body = source] = /^---\n([\s\S]*?)\n---\n+([\s\S]*)$/.exec(source) ?? []
  const markdown = await withIncludes(body, path.dirname(path.join(srcDir, file)))
  return {
    file,
    title: /^# (.*)$/m.exec(markdown)?.[1] ?? file,
    description: /^description: "?(.*?)"?$/m.exec(frontmatter)?.[1] ?? '',
    // A drawing says nothing to a reader of text, and the table after it says the same.
    markdown: markdown.replaceAll(/<figure class="(?:states|bars)">[\s\S]*?<\/figure>\n*/g, ''),
  }
}

/** Included files stand where the page names them, as in its HTML. */
async function withIncludes(markdown: string, folder: string): Promise<string> {
  let result = markdown
  for (const [comment, name = ''] of markdown.matchAll(/<!--\s*@include:\s*(\S+?)\s*-->/g)) {
    const file = path.join(folder, name)
    if (existsSync(file)) result = result.replace(comment, await readFile(file, 'utf8'))
  }
  return result
}

function linksOf(items: readonly DefaultTheme.SidebarItem[]): readonly string[] {
  return items.flatMap(({ link, items: below = [] }) => [...(link === undefined ? [] : [link]), ...linksOf(below)])
}

/** The file of a link of the menu: `/start/` is `start/index.md`. */
function fileOf(link: string): string {
  return `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`
}

function lineOf({ file, title, description }: Copy, base: string): string {
  return `- [${title}](${base}${file})${description === '' ? '' : `: ${description}`}`
}
