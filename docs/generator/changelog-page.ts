import { readdirSync } from 'node:fs'
import path from 'node:path'
import { prose } from './markdown.ts'
import { repository, textOf } from './repository.ts'

const SIZES = ['major', 'minor', 'patch'] as const
const TITLES = { major: 'Breaking', minor: 'New', patch: 'Fixed' } as const

/** The changes of all packages, which share one version: those that wait for a release, then those of each release. */
export function changelogPage(): string {
  const waiting = readdirSync(path.join(repository, '.changeset'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .toSorted()
    .map((name) => changeOf(textOf(`.changeset/${name}`)))
  const released = textOf('packages/core/CHANGELOG.md').replace(/^# .*\n/, '')
  return [
    '---\nkeywords: release notes history versions what is new\n---\n',
    '# Changelog\n',
    'All `@rindle/*` packages share one version.\n',
    ...(waiting.length === 0 ? [] : ['## Not yet released\n', ...SIZES.flatMap((size) => sectionOf(size, waiting))]),
    prose(released),
  ].join('\n')
}

interface Change {
  readonly size: (typeof SIZES)[number]
  readonly packages: readonly string[]
  readonly text: string
}

function changeOf(changeset: string): Change {
  const [, head = '', text = ''] = /^---\n([\s\S]*?)\n---\n+([\s\S]*)$/.exec(changeset) ?? []
  const packages = [...head.matchAll(/^['"](.+)['"]: *(\w+)$/gm)]
  const size = SIZES.find((each) => packages.some(([, , found]) => found === each)) ?? 'patch'
  return { size, packages: packages.map(([, name = '']) => name.replace('@rindle/', '')), text: text.trim() }
}

function sectionOf(size: Change['size'], changes: readonly Change[]): string[] {
  const here = changes.filter((change) => change.size === size)
  const lines = here.map(
    ({ packages, text }) =>
      `- ${packages.map((name) => `\`${name}\``).join(', ')}: ${prose(text).replaceAll('\n', '\n  ')}`,
  )
  return here.length === 0 ? [] : [`### ${TITLES[size]}\n`, `${lines.join('\n')}\n`]
}
