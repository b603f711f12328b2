import type { ListAssetsOptions, Rindle } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { assetFilter, filtersIn } from '../src/asset-filter.ts'
import { matching } from '../src/verbs/matching.ts'

/** A list of assets that gives at most so many for each page. */
function listing(total: number, mostOfPage: number): { readonly rindle: Rindle; readonly asked: ListAssetsOptions[] } {
  const asked: ListAssetsOptions[] = []
  const listAssets = async (options: ListAssetsOptions) => {
    asked.push(options)
    const from = Number(options.after ?? 0)
    const to = Math.min(total, from + Math.min(mostOfPage, options.limit ?? 50))
    const assets = Array.from({ length: to - from }, (_, index) => ({ id: String(from + index) }))
    return { assets, next: to < total ? String(to) : null }
  }
  return { rindle: { listAssets } as unknown as Rindle, asked }
}

describe('the assets that a filter matches', () => {
  it('are all of them where they are few, also over short pages', async () => {
    const { rindle, asked } = listing(7, 3)
    expect(await matching(rindle, 'state=degraded&owner=member:7', 300)).toEqual({
      ids: ['0', '1', '2', '3', '4', '5', '6'],
      isCut: false,
    })
    expect(asked[0]).toEqual({ state: ['degraded'], owner: { type: 'member', id: '7' }, limit: 300 })
    expect(asked.map(({ after }) => after)).toEqual([undefined, '3', '6'])
  })

  it('are the first ones where they are many, and it is said', async () => {
    const { ids, isCut } = await matching(listing(1_000, 200).rindle, '', 300)
    expect([ids.length, ids.at(-1), isCut]).toEqual([300, '299', true])
  })

  it('are not looked for without end', async () => {
    const { rindle, asked } = listing(1_000, 0)
    expect(await matching(rindle, 'error=rare', 300)).toEqual({ ids: [], isCut: true })
    expect(asked.length).toBe(20)
  })
})

describe('a filter of assets', () => {
  it('reads every field of the form, and no empty one', () => {
    const all =
      'find=&name=oak&state=ready&state=nonsense&profile=photo&kind=image&slot=cover&error=x&from=2026-03-18&before=2026-03-19'
    expect(assetFilter(new URLSearchParams(all))).toEqual({
      state: ['ready'],
      kind: 'image',
      filename: 'oak',
      profile: 'photo',
      slot: 'cover',
      error: 'x',
      createdFrom: new Date('2026-03-18'),
      createdBefore: new Date('2026-03-19'),
    })
    expect(assetFilter(new URLSearchParams('name=%20&profile='))).toEqual({})
  })

  it.each(['owner=88', 'owner=:88', 'from=yesterday', 'before=2026-13-01'])('refuses %s', (query) => {
    expect(() => assetFilter(new URLSearchParams(query))).toThrow(/is written as/)
  })

  it('names what is set, without the place in the list', () => {
    const query = new URLSearchParams('view=table&after=x&newer=y&state=ready&state=degraded&profile=&nonsense=1')
    expect(filtersIn(query)).toEqual([
      ['state', 'ready'],
      ['state', 'degraded'],
    ])
  })
})
