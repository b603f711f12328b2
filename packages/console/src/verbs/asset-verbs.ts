import { type AssetWithVariants, isDeliverable, type Rindle, RindleError } from '@rindle/core'
import { trashVerbsFor } from './trash-verbs.ts'
import { type Fields, numbersOf, type Outlook, type SubjectVerb } from './verb.ts'

/** The verbs of assets, in the order of their buttons. */
export const ASSET_VERBS: readonly SubjectVerb[] = [
  {
    name: 'requeueVariants',
    label: 'Requeue',
    effect: 'Tries failed and cancelled variants again.',
    isDestructive: false,
    over: 'asset',
    fields: ['variant'],
    walk: 'requeueAll',
    command: (ids, { variant }) =>
      eachOf(ids, (id) => `rindle requeue ${id}${variant === undefined ? '' : ` --variants ${variant}`}`),
    foresee: async (rindle, id, fields) => {
      const report = await rindle.requeueVariants(id, { ...variantOf(fields), dryRun: true })
      return outlook(await assetOf(rindle, id), report, report.enqueued, 'It has no failed or cancelled variant.')
    },
    act: async (rindle, id, fields) => numbersOf(await rindle.requeueVariants(id, variantOf(fields))),
  },
  {
    name: 'reprobe',
    label: 'Reprobe',
    effect: 'Reads the original again, and updates its type, dimensions, duration and tracks.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    walk: 'backfillMetadata',
    command: (ids) => eachOf(ids, (id) => `rindle reprobe ${id}`),
    foresee: async (rindle, id) => {
      const { asset, changed } = await rindle.reprobe(id, { dryRun: true })
      return {
        name: nameOf(asset),
        detail: changed.join(', ') || 'nothing differs',
        numbers: { changed: changed.length },
      }
    },
    act: async (rindle, id) => ({ changed: (await rindle.reprobe(id)).changed.length }),
  },
  {
    name: 'regenerateVariants',
    label: 'Regenerate',
    effect:
      'Makes variants of changed recipes, and missing and newly declared ones. The old ones are served until then.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    walk: 'regenerateVariants',
    command: () => 'rindle regenerate-variants',
    foresee: async (rindle, id) => {
      const report = await rindle.regenerateVariants({ assetId: id, dryRun: true })
      return outlook(await assetOf(rindle, id), report, report.enqueued, 'Its variants are up to date.')
    },
    act: async (rindle, id) => numbersOf(await rindle.regenerateVariants({ assetId: id })),
  },
  {
    name: 'cancelProcessing',
    label: 'Cancel work',
    effect: 'Cancels queued and running variants, and stops encoders.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    command: (ids) => eachOf(ids, (id) => `rindle cancel ${id}`),
    foresee: async (rindle, id) => {
      const names = await rindle.cancelProcessing(id, { dryRun: true })
      return { name: nameOf(await assetOf(rindle, id)), detail: names.join(', '), numbers: { cancelled: names.length } }
    },
    act: async (rindle, id) => ({ cancelled: (await rindle.cancelProcessing(id)).length }),
  },
  {
    name: 'releaseAsset',
    label: 'Release',
    effect: 'Checks the stored file again, through the whole gate.',
    isDestructive: false,
    over: 'asset',
    fields: [],
    command: (ids) => eachOf(ids, (id) => `rindle release ${id}`),
    foresee: async (rindle, id) => {
      const { asset, errorReason } = await rindle.releaseAsset(id, { dryRun: true })
      return { name: nameOf(asset), detail: errorReason ?? '', numbers: { released: 1 } }
    },
    act: async (rindle, id) => {
      await rindle.releaseAsset(id)
      return { released: 1 }
    },
  },
  {
    name: 'setFocus',
    label: 'Set focus',
    effect: 'Makes the variants again that are cropped around the focus.',
    isDestructive: false,
    over: 'asset',
    fields: ['x', 'y'],
    command: (ids, { x, y }) => eachOf(ids, (id) => `await rindle.setFocus({ id: '${id}' }, { x: ${x}, y: ${y} })`),
    foresee: async (rindle, id, fields) => {
      const { x, y } = focusOf(fields)
      return { name: nameOf(await assetOf(rindle, id)), detail: `focus at ${x}, ${y}`, numbers: { moved: 1 } }
    },
    act: async (rindle, id, fields) => {
      await rindle.setFocus({ id }, focusOf(fields))
      return { moved: 1 }
    },
  },
  {
    name: 'detach',
    label: 'Detach',
    effect: 'Detaches the asset from this owner. If it is attached nowhere else, it goes into the trash or is purged.',
    isDestructive: true,
    over: 'asset',
    fields: ['ownerType', 'ownerId', 'slot'],
    command: (ids, { slot }) =>
      eachOf(ids, (id) => `await rindle.detach(owner, '${slot}', { asset: { id: '${id}' } })`),
    foresee: async (rindle, id, fields) => {
      const holder = await holderOf(rindle, id, fields)
      const isLast = (await rindle.prisma.mediaAttachment.count({ where: { assetId: id } })) === 1
      const asset = await assetOf(rindle, id)
      const isKept = asset.hold !== null || (rindle.profiles[asset.profile]?.purge ?? null) !== null
      return {
        name: nameOf(asset),
        detail: `${holder.type} ${holder.id} · ${holder.slot}${isLast ? ', its last owner' : ''}`,
        numbers: { detached: 1, trashed: isLast && isKept ? 1 : 0, purged: isLast && !isKept ? 1 : 0 },
      }
    },
    act: async (rindle, id, fields) => {
      const { slot, ...owner } = await holderOf(rindle, id, fields)
      await rindle.detach(owner, slot, { asset: { id } })
      return { detached: 1 }
    },
  },
  {
    name: 'purgeAsset',
    label: 'Purge',
    effect: 'Deletes the original, the variants and the rows. Existing URLs answer 404.',
    isDestructive: true,
    over: 'asset',
    fields: ['detach'],
    command: (ids, { detach }) => eachOf(ids, (id) => `rindle purge ${id} --live${detach === '1' ? ' --detach' : ''}`),
    foresee: async (rindle, id, fields) => {
      const { found, detached, skipped } = await rindle.purgeAsset(id, purgeOptions(fields))
      if (found === 0) throw new RindleError('not_found', 'It has already been purged.')
      const asset = await assetOf(rindle, id)
      if (skipped > 0) throw stays('Its purge has already begun.')
      const objects = [asset, ...asset.variants].filter(({ storageKey }) => storageKey !== null)
      const bytes = objects.reduce((sum, { byteSize }) => sum + (byteSize ?? 0), 0)
      return {
        name: nameOf(asset),
        detail: detached === 0 ? 'attached nowhere' : `attached ${detached === 1 ? 'once' : `${detached} times`}`,
        numbers: { objects: objects.length, bytes, detached },
      }
    },
    act: async (rindle, id, fields) => numbersOf(await rindle.purgeAsset(id, { ...purgeOptions(fields), live: true })),
  },
]

/** The verbs that one asset would accept now, by its state and those of its variants. Pure. */
export function offeredFor(asset: AssetWithVariants): readonly string[] {
  const states = new Set(asset.variants.map(({ state }) => state))
  const isDelivered = isDeliverable(asset.state)
  return [
    ...(isDelivered && (states.has('failed') || states.has('cancelled')) ? ['requeueVariants'] : []),
    ...(isDelivered ? ['reprobe', 'regenerateVariants'] : []),
    ...(states.has('queued') || states.has('processing') ? ['cancelProcessing'] : []),
    ...(asset.state === 'quarantined' ? ['releaseAsset'] : []),
    ...(isDelivered && asset.kind === 'image' ? ['setFocus'] : []),
    ...trashVerbsFor(asset),
    ...(asset.state === 'deleted' || asset.hold !== null ? [] : ['purgeAsset']),
  ]
}

/** The verbs of the selection on the page of assets: those that take many, whatever their states. */
export const SELECTION_VERBS: readonly string[] = [
  'requeueVariants',
  'reprobe',
  'regenerateVariants',
  'trash',
  'restore',
  'hold',
  'unhold',
  'purgeAsset',
]

/** A verb has nothing to do. */
function stays(why: string): RindleError {
  return new RindleError('conflict', why, { retryable: false })
}

function outlook(asset: AssetWithVariants, report: object, count: number, why: string): Outlook {
  if (count === 0) throw stays(why)
  return { name: nameOf(asset), detail: asset.state, numbers: numbersOf(report) }
}

function nameOf(asset: { readonly id: string; readonly filename: string | null }): string {
  return asset.filename ?? asset.id
}

async function assetOf(rindle: Rindle, id: string): Promise<AssetWithVariants> {
  const asset = await rindle.asset(id)
  if (asset === null) throw new RindleError('not_found', `There is no asset ${id}.`)
  return asset
}

function variantOf({ variant }: Fields): { readonly variants?: readonly string[] } {
  return variant === undefined ? {} : { variants: [variant] }
}

function purgeOptions({ detach }: Fields): { readonly detach: boolean } {
  return { detach: detach === '1' }
}

function focusOf({ x, y }: Fields): { readonly x: number; readonly y: number } {
  return { x: fraction('x', x), y: fraction('y', y) }
}

function fraction(name: string, text = ''): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= 1) return value
  throw new RindleError('invalid_input', `${name} must be a number from 0 to 1.`)
}

async function holderOf(
  rindle: Rindle,
  assetId: string,
  { ownerType = '', ownerId = '', slot = '' }: Fields,
): Promise<{ readonly type: string; readonly id: string; readonly slot: string }> {
  const held = await rindle.prisma.mediaAttachment.count({ where: { assetId, ownerType, ownerId, slot } })
  if (held === 0) throw stays('It is no longer attached to this owner.')
  return { type: ownerType, id: ownerId, slot }
}

function eachOf(ids: readonly string[], line: (id: string) => string): string {
  return ids.map(line).join('\n')
}
