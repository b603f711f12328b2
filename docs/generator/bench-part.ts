import { textOf } from './repository.ts'

/** The table of the benchmarks' own README: the figure of each bench. */
export function benchPart(): string {
  const section = textOf('bench/README.md').split('\n## What each one measures\n')[1]?.split('\n## ')[0]
  const rows = section?.split('\n').filter((line) => line.startsWith('|')) ?? []
  if (rows.length < 3) throw new Error('bench/README.md has no table of what each bench measures.')
  return `${rows.join('\n')}\n`
}
