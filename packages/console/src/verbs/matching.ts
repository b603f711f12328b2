import type { Rindle } from '@rindle/core'
import { assetFilter } from '../asset-filter.ts'

/** Pages of a list that are read for a filter which finds little in each. */
const MOST_PAGES = 20

/** The assets that a filter finds. */
export interface Matching {
  readonly ids: readonly string[]
  /** Whether there may be more. */
  readonly isCut: boolean
}

/** Finds the assets of a filter of their page, the latest change first, up to a number. `invalid_input`. */
export async function matching(rindle: Rindle, filter: string, most: number): Promise<Matching> {
  const options = assetFilter(new URLSearchParams(filter))
  const ids: string[] = []
  let after: string | null = null
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await rindle.listAssets({
      ...options,
      limit: most - ids.length,
      ...(after === null ? {} : { after }),
    })
    ids.push(...page.assets.map(({ id }) => id))
    after = page.next
    if (after === null) return { ids, isCut: false }
    if (ids.length >= most) break
  }
  return { ids, isCut: true }
}
