import { ASSET_STATES, type AssetState, type ListAssetsOptions, type Owner } from '@rindle/core'
import { given } from './given.ts'
import { Refused } from './refused.ts'

/** The kinds of assets, as the form offers them. */
export const KINDS = ['image', 'video', 'audio', 'other'] as const

/** Every filter of the page of assets, by the name of its field, with the words of its chip. */
export const FILTER_WORDS = {
  find: 'name begins with',
  name: 'name begins with',
  state: 'state',
  profile: 'profile',
  tenant: 'tenant',
  kind: 'kind',
  from: 'created from',
  before: 'created before',
  owner: 'owner',
  slot: 'slot',
  error: 'error',
} as const

/** The filters that a query sets, in its order. Pure. */
export function filtersIn(query: URLSearchParams): [keyof typeof FILTER_WORDS, string][] {
  return [...query].flatMap(([name, value]) =>
    Object.hasOwn(FILTER_WORDS, name) && value.trim() !== '' ? [[name as keyof typeof FILTER_WORDS, value]] : [],
  )
}

/** The options of a list from the fields of the form. Empty fields filter nothing. Pure. Refuses with 400. */
export function assetFilter(query: URLSearchParams): ListAssetsOptions {
  const value = (name: string): string | undefined => given(query, name)
  const states = query
    .getAll('state')
    .filter((state): state is AssetState => ASSET_STATES.includes(state as AssetState))
  const kind = KINDS.find((name) => name === value('kind'))
  const owner = ownerOf(value('owner'))
  const createdFrom = dateOf(value('from'))
  const createdBefore = dateOf(value('before'))
  const filename = value('find') ?? value('name')
  const [profile, tenant, slot, error] = [value('profile'), value('tenant'), value('slot'), value('error')]
  return {
    ...(states.length === 0 ? {} : { state: states }),
    ...(kind === undefined ? {} : { kind }),
    ...(owner === undefined ? {} : { owner }),
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdBefore === undefined ? {} : { createdBefore }),
    ...(filename === undefined ? {} : { filename }),
    ...(profile === undefined ? {} : { profile }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(slot === undefined ? {} : { slot }),
    ...(error === undefined ? {} : { error }),
  }
}

function ownerOf(text: string | undefined): Owner | undefined {
  if (text === undefined) return undefined
  const [, type = '', id = ''] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (type === '') throw new Refused(400, 'An owner is written as type:id, as in member:88.')
  return { type, id }
}

function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new Refused(400, 'A date is written as 2026-03-18.')
  return date
}
