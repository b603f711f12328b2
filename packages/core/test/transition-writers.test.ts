import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../src')

/** An UPDATE of a table with a state machine that assigns the state, up to its WHERE or FROM. */
const SETS_STATE =
  /update rindle\.media_(?:assets|variants|upload_sessions)\b(?:(?!\bwhere\b|\bfrom\b|`)[^])*?\bset\b(?:(?!\bwhere\b|\bfrom\b|`)[^])*?\bstate\s*=/i

const writers = (read: (path: string) => string): readonly string[] =>
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && SETS_STATE.test(read(path)))
    .toSorted()

it('only the transition of each machine writes its state', () => {
  const read = (path: string): string => readFileSync(join(source, path), 'utf8')
  expect(writers(read)).toEqual(['assets/transition.ts', 'uploads/transition.ts', 'variants/transition.ts'])
})

it.each([
  "update rindle.media_variants as variant set progress = 1, state = 'ready' where id = $1",
  'update rindle.media_assets\n set state = $2::text\n where id = $1::uuid',
  "UPDATE rindle.media_upload_sessions SET updated_at = now(), state = 'failed'",
])('%j is found', (statement) => {
  expect(writers(() => statement).length).toBeGreaterThan(100)
})

it('a condition on a state is not a write', () => {
  const asking = "update rindle.media_assets set etag = $3 where id = $1 and state = 'ready'"
  expect(writers(() => asking)).toEqual([])
})
