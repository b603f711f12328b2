import { textOf } from '../generator/repository.ts'

/** The frontmatter of the home page, as far as the build fills it in. */
export interface HomePage {
  readonly hero: { readonly actions: { theme: string; text: string; link: string }[] }
  readonly features: { title: string }[]
}

/** Adds the link to the repository, and replaces the figure against sharp by the one that was recorded last. */
export function fillHomePage(
  { hero, features }: HomePage,
  { repositoryUrl }: { readonly repositoryUrl: string | undefined },
): void {
  if (repositoryUrl !== undefined && hero.actions.every(({ text }) => text !== 'GitHub')) {
    hero.actions.push({ theme: 'alt', text: 'GitHub', link: repositoryUrl })
  }
  const ratio = recordedRatio('images')
  const feature = features.find(({ title }) => title.endsWith('times bare sharp'))
  if (feature === undefined) throw new Error('The home page no longer says how Rindle compares with bare sharp.')
  if (ratio !== undefined) feature.title = `${ratio.toFixed(2)} times bare sharp`
}

function recordedRatio(bench: string): number | undefined {
  const figures = textOf('bench/record.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure)
  return figures.findLast(({ name }) => name === bench)?.ratio
}

interface Figure {
  readonly name: string
  readonly ratio: number
}
