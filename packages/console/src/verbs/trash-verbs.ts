import { type AssetWithVariants, isDeliverable, type Rindle, RindleError } from '@rindle/core'
import { type Fields, numbersOf, type SubjectVerb } from './verb.ts'

/** The verbs of the trash and of holds. */
export const TRASH_VERBS: readonly SubjectVerb[] = [
  {
    name: 'trash',
    label: 'Trash',
    effect: 'It is taken from its owners and not delivered any more. It can be restored until it is purged.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    command: (ids) => eachOf(ids, (id) => `rindle trash ${id}`),
    foresee: async (rindle, id) => {
      const asset = await assetOf(rindle, id)
      const { trashed, detached, purgeAt } = await rindle.trash(asset, { dryRun: true })
      if (trashed === 0) throw stays('It is already in the trash.')
      const detail = `purged after ${purgeAt.toISOString().slice(0, 10)}`
      return { name: asset.filename, detail, numbers: { trashed, detached } }
    },
    act: async (rindle, id) => numbersOf(await rindle.trash({ id })),
  },
  {
    name: 'restore',
    label: 'Restore',
    effect: 'Brings it back to its former owners. It is delivered again, under new URLs.',
    isDestructive: false,
    over: 'asset',
    fields: ['whenTaken'],
    command: (ids, { whenTaken }) =>
      eachOf(ids, (id) => `rindle restore ${id}${whenTaken === undefined ? '' : ` --when-taken ${whenTaken}`}`),
    foresee: async (rindle, id, fields) => {
      const asset = await assetOf(rindle, id)
      const report = await rindle.restore(asset, { ...whenTakenOf(fields), dryRun: true })
      if (report.restored === 0) throw stays('It is not in the trash.')
      return { name: asset.filename, detail: asset.state, numbers: numbersOf(report) }
    },
    act: async (rindle, id, fields) => numbersOf(await rindle.restore({ id }, whenTakenOf(fields))),
  },
  {
    name: 'hold',
    label: 'Hold',
    effect: 'Protects the asset, its variants and its tracks from deletion until the hold ends.',
    isDestructive: false,
    over: 'asset',
    fields: ['holdReason', 'until'],
    command: (ids, { holdReason = '', until }) =>
      eachOf(
        ids,
        (id) =>
          `rindle hold ${id} --reason ${JSON.stringify(holdReason)}${until === undefined ? '' : ` --until ${until}`}`,
      ),
    foresee: async (rindle, id, fields) => {
      const asset = await assetOf(rindle, id)
      holdOf(fields)
      if (asset.state === 'deleted') throw stays('Its purge has begun.')
      const detail = asset.hold === null ? 'not on hold' : `on hold: ${asset.hold.reason}`
      return { name: asset.filename, detail, numbers: { held: 1 } }
    },
    act: async (rindle, id, fields) => {
      await rindle.hold({ id }, holdOf(fields))
      return { held: 1 }
    },
  },
  {
    name: 'unhold',
    label: 'End hold',
    effect: 'If its purge was due in the meantime, maintenance purges it.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    command: (ids) => eachOf(ids, (id) => `rindle unhold ${id}`),
    foresee: async (rindle, id) => {
      const asset = await assetOf(rindle, id)
      if (asset.hold === null) throw stays('It is not on hold.')
      const isDue = asset.purgeAt !== null && asset.purgeAt < new Date()
      return { name: asset.filename, detail: asset.hold.reason, numbers: { ended: 1, purgeDue: isDue ? 1 : 0 } }
    },
    act: async (rindle, id) => ({ ended: (await rindle.unhold({ id })) === null ? 0 : 1 }),
  },
]

/** Those of {@link TRASH_VERBS} that one asset would accept now. Pure. */
export function trashVerbsFor({ state, hold }: AssetWithVariants): readonly string[] {
  return [
    ...(state === 'trashed' ? ['restore'] : []),
    ...(hold === null ? [] : ['unhold']),
    ...(hold === null && state !== 'deleted' ? ['hold'] : []),
    ...(isDeliverable(state) ? ['trash'] : []),
  ]
}

function whenTakenOf({ whenTaken = 'refuse' }: Fields): { readonly whenTaken: 'refuse' | 'replace' | 'skip' } {
  // The verb refuses any other word.
  return { whenTaken: whenTaken as 'refuse' }
}

function holdOf({ holdReason, until }: Fields): { readonly reason: string; readonly until?: Date } {
  if (holdReason === undefined) throw new RindleError('invalid_input', 'Give a reason for the hold.')
  if (until === undefined) return { reason: holdReason }
  const time = new Date(until)
  if (Number.isNaN(time.getTime())) throw new RindleError('invalid_input', 'The end of the hold must be a date.')
  return { reason: holdReason, until: time }
}

async function assetOf(rindle: Rindle, id: string): Promise<AssetWithVariants> {
  const asset = await rindle.asset(id)
  if (asset === null) throw new RindleError('not_found', `There is no asset ${id}.`)
  return asset
}

function stays(why: string): RindleError {
  return new RindleError('conflict', why, { retryable: false })
}

function eachOf(ids: readonly string[], line: (id: string) => string): string {
  return ids.map(line).join('\n')
}
