import { Readable } from 'node:stream'
import { type Asset, isRindleError } from '@rindle/core'
import type { CrashInstance, crashProfiles } from './crash-instance.ts'
import type { CrashPoints } from './crash-points.ts'

/** A message from a process to the test before it dies. */
export type CrashNews =
  /** The application was told that this upload is done: it must not be lost. */
  | { readonly type: 'acknowledged'; readonly assetId: string }
  /** The upload went to staging: a worker copies it to its permanent key. */
  | { readonly type: 'staged'; readonly assetId: string }
  /** The application is about to give the asset up: it may be purged from now on. */
  | { readonly type: 'releasing'; readonly assetId: string }
  /** The application is about to cancel the asset's work: it may lack variants until they are requeued. */
  | { readonly type: 'cancelling'; readonly assetId: string }

/** The dependencies of the stories. */
export interface StoryContext {
  readonly rindle: CrashInstance
  /** The next version of the application. */
  readonly changed: CrashInstance
  readonly points: CrashPoints
  readonly picture: Buffer
  readonly recording: Buffer
  /** Resolves when the news is on its way for certain. */
  readonly tell: (news: CrashNews) => Promise<void>
}

/** The life of an asset, which decides the names of its jobs' steps. */
export type Role = 'proxied' | 'direct' | 'overtaken' | 'remote' | 'sounding' | 'cancelled' | 'requeued' | 'remade'

/** The input of a plot. */
export interface Stage extends Omit<StoryContext, 'points'> {
  readonly owner: { readonly type: string; readonly id: string }
  /** A profile that no other story of the process uses, for what concerns all assets of a profile. */
  readonly changing: 'changing_0'
  /** Everything that `work` does is of this step. */
  readonly within: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  readonly cast: (assetId: string, role: Role) => void
  /** Does `work` when the story comes by the point for the first time from now on. */
  readonly interlude: (point: string, work: () => Promise<void>) => void
  /** Until it is ready, and no handler of the story is at work. */
  readonly untilReady: (assetId: string) => Promise<void>
  readonly untilGone: (assetId: string) => Promise<void>
  /** Until no handler of the story is at work. */
  readonly untilIdle: () => Promise<void>
}

type ProfileName = keyof typeof crashProfiles

const SLOT = 'avatar'

/** The ways through the product; each ends with nothing left to do. */
export const STORY_NAMES = [
  'replaced',
  'direct',
  'aborted',
  'refused',
  'overtaken',
  'resumed',
  'whole',
  'parts',
  'erased',
  'trashed',
  'cancelled',
  'regenerated',
  'sounding',
] as const

/** One of {@link STORY_NAMES}. */
export type StoryName = (typeof STORY_NAMES)[number]

/** The plot of each story. */
export const PLOTS: Readonly<Record<StoryName, (stage: Stage) => Promise<void>>> = {
  replaced: playReplaced,
  direct: playDirect,
  aborted: playAborted,
  refused: playRefused,
  overtaken: playOvertaken,
  resumed: playResumed,
  whole: playWhole,
  parts: playParts,
  erased: playErased,
  trashed: playTrashed,
  cancelled: playCancelled,
  regenerated: playRegenerated,
  sounding: playSounding,
}

async function playReplaced(stage: Stage): Promise<void> {
  const { rindle, owner, tell, within, untilReady, untilGone } = stage
  const first = await upload(stage, 'picture', 'proxied')
  await untilReady(first.id)
  await within('attach', () => rindle.attach(first, owner, SLOT))
  const second = await upload(stage, 'picture', 'proxied')
  await untilReady(second.id)
  await tell({ type: 'releasing', assetId: first.id })
  await within('replace', () => rindle.attach(second, owner, SLOT))
  await untilGone(first.id)
}

async function playDirect(stage: Stage): Promise<void> {
  const { rindle, tell, within, untilReady } = stage
  const { sessionId, assetId } = await putByUrl(stage, 'direct')
  await within('verify', () => rindle.verifyCompletion(sessionId))
  await tell({ type: 'acknowledged', assetId })
  await untilReady(assetId)
}

async function playAborted(stage: Stage): Promise<void> {
  const { rindle, tell, within, untilGone } = stage
  const { sessionId, assetId } = await putByUrl(stage, 'proxied')
  await tell({ type: 'releasing', assetId })
  await within('abort', () => rindle.abortUpload(sessionId))
  await untilGone(assetId)
}

/** The rows cannot be written, so the bytes that are stored already are deleted again. */
async function playRefused({ rindle, owner, picture, within }: Stage): Promise<void> {
  await within('refused upload', async () => {
    try {
      await rindle.upload('picture', picture, { filename: 'a.jpg', owner, slot: 'unknown' as typeof SLOT })
    } catch (error) {
      if (!isRindleError(error, 'unknown_slot')) throw error
    }
  })
}

/** The asset is purged while a worker makes its variant, which is then stored in vain and deleted. */
async function playOvertaken(stage: Stage): Promise<void> {
  const { rindle, owner, tell, within, interlude, untilGone } = stage
  const purged = Promise.withResolvers<string>()
  interlude('overtaken process fast: before put #1', async () => {
    const assetId = await purged.promise
    await tell({ type: 'releasing', assetId })
    await within('detach', () => rindle.detach(owner, SLOT))
    await untilGone(assetId)
  })
  const { id } = await upload(stage, 'single', 'overtaken')
  purged.resolve(id)
  await untilGone(id)
}

async function playResumed(stage: Stage): Promise<void> {
  const { rindle, picture, tell, cast, within, untilReady } = stage
  const declared = declarationOf(picture)
  const { session } = await within('begin', () => rindle.initiateResumableSession('picture', declared))
  cast(session.assetId, 'direct')
  await within('append', async () => {
    const writer = await rindle.writeResumableSession(session.id)
    await writer.append(Readable.from([picture]), { offset: 0 })
    await writer.release()
  })
  await within('status', () => rindle.resumableSessionStatus(session.id))
  await tell({ type: 'acknowledged', assetId: session.assetId })
  await untilReady(session.assetId)
}

/** All of its bytes come with the request that begins it. */
async function playWhole(stage: Stage): Promise<void> {
  const { rindle, picture, tell, cast, within, untilReady } = stage
  const { byteSize: _, ...declared } = declarationOf(picture)
  const { assetId } = await within('whole', () => rindle.uploadResumable('picture', picture, declared))
  cast(assetId, 'direct')
  await tell({ type: 'acknowledged', assetId })
  await untilReady(assetId)
}

async function playParts(stage: Stage): Promise<void> {
  const { rindle, picture, tell, cast, within, untilReady } = stage
  const declared = declarationOf(picture)
  const { session } = await within('begin parts', () => rindle.initiateMultipartUpload('remote', declared))
  cast(session.assetId, 'remote')
  const { method, url, headers } = await within('sign part', () => rindle.signMultipartPart(session.id, 1))
  const response = await fetch(url, { method, headers, body: new Uint8Array(picture) })
  if (!response.ok) throw new Error(`The part was answered with ${response.status}.`)
  await within('complete parts', () => rindle.completeMultipartUpload(session.id))
  await tell({ type: 'acknowledged', assetId: session.assetId })
  await untilReady(session.assetId)
}

async function playErased(stage: Stage): Promise<void> {
  const { rindle, owner, tell, within, untilReady, untilGone } = stage
  const asset = await upload(stage, 'single', 'proxied')
  await untilReady(asset.id)
  await within('append', () => rindle.append(asset, owner, 'gallery'))
  await tell({ type: 'releasing', assetId: asset.id })
  await within('erase', () => rindle.eraseOwner(owner))
  await untilGone(asset.id)
}

/** An asset goes into the trash, its objects move, and it comes back. */
async function playTrashed(stage: Stage): Promise<void> {
  const { rindle, owner, within, untilReady, untilIdle } = stage
  const asset = await upload(stage, 'single', 'proxied')
  await untilReady(asset.id)
  await within('append kept', () => rindle.append(asset, owner, 'gallery'))
  await within('trash', () => rindle.trash(asset))
  while ((await relocationsOf(rindle, asset.id)) > 0) await untilIdle()
  await within('restore', () => rindle.restore(asset))
  await untilReady(asset.id)
}

/** The work is cancelled while a worker is at it, and asked for again. */
async function playCancelled(stage: Stage): Promise<void> {
  const { rindle, tell, cast, within, interlude, untilReady, untilIdle } = stage
  const uploaded = Promise.withResolvers<string>()
  const cancelled = Promise.withResolvers<void>()
  interlude('cancelled process fast: before put #1', async () => {
    const assetId = await uploaded.promise
    await tell({ type: 'cancelling', assetId })
    await within('cancel', () => rindle.cancelProcessing(assetId))
    cancelled.resolve()
  })
  const { id } = await upload(stage, 'single', 'cancelled')
  uploaded.resolve(id)
  await cancelled.promise
  await untilIdle()
  cast(id, 'requeued')
  await within('requeue', () => rindle.requeueVariants(id))
  await untilReady(id)
}

/** The next version makes the variant otherwise; then the object of before goes. */
async function playRegenerated(stage: Stage): Promise<void> {
  const { rindle, changed, changing, cast, within, untilReady, untilIdle } = stage
  const { id } = await upload(stage, changing, 'proxied')
  await untilReady(id)
  cast(id, 'remade')
  await within('regenerate', () => changed.regenerateVariants({ profile: changing }))
  await untilReady(id)
  await makeDeletionsDue(rindle, id)
  while ((await deletionsOf(rindle, id)) > 0) await untilIdle()
}

async function playSounding(stage: Stage): Promise<void> {
  const { id } = await upload(stage, 'recording', 'sounding')
  await stage.untilReady(id)
}

/**
 * Lets deletions of replaced objects run at once, as if days had passed; of one asset alone where other stories stand
 * in transactions of their own.
 */
export async function makeDeletionsDue(
  { prisma }: Pick<StoryContext['rindle'], 'prisma'>,
  assetId: string | null = null,
): Promise<void> {
  await prisma.$executeRaw`update rindle.media_variants set generated_at = now() - interval '30 days'
    where asset_id::text in (
      select data->>'assetId' from pgboss.job where name = 'rindle_purge' and state = 'created'
        and (${assetId}::text is null or data->>'assetId' = ${assetId}::text)
    ) and generated_at > now() - interval '1 day'`
  await prisma.$executeRaw`update pgboss.job set start_after = now()
    where name = 'rindle_purge' and state = 'created' and start_after > now()
      and (${assetId}::text is null or data->>'assetId' = ${assetId}::text)`
}

async function deletionsOf({ prisma }: Pick<StoryContext['rindle'], 'prisma'>, assetId: string): Promise<number> {
  const rows = await prisma.$queryRaw<readonly unknown[]>`select 1 from pgboss.job
    where name = 'rindle_purge' and state <= 'active' and data->>'assetId' = ${assetId}`
  return rows.length
}

async function relocationsOf({ prisma }: Pick<StoryContext['rindle'], 'prisma'>, assetId: string): Promise<number> {
  const rows = await prisma.$queryRaw<readonly unknown[]>`select 1 from pgboss.job
    where name = 'rindle_purge' and state <= 'active' and data->>'relocate' = ${assetId}`
  return rows.length
}

async function upload(stage: Stage, profile: ProfileName, role: Role): Promise<Asset<ProfileName>> {
  const { rindle, owner, picture, recording, tell, cast, within } = stage
  const attachTo = role === 'overtaken' ? ({ owner, slot: SLOT } as const) : {}
  const [bytes, filename] = profile === 'recording' ? [recording, 'a.mp3'] : [picture, 'a.jpg']
  return within('upload', async () => {
    const received = await rindle.receive(profile, bytes, { filename })
    cast(received.assetId, role)
    const asset = await rindle.register(received, attachTo)
    await tell({ type: 'acknowledged', assetId: asset.id })
    return asset
  })
}

async function putByUrl(
  stage: Stage,
  role: 'proxied' | 'direct',
): Promise<{ readonly sessionId: string; readonly assetId: string }> {
  const { rindle, picture, cast, within } = stage
  const { session, request } = await within('initiate', () => rindle.presignedPut('picture', declarationOf(picture)))
  cast(session.assetId, role)
  const { url, ...options } = request
  const response = await within('put by URL', () =>
    rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(picture) })),
  )
  if (!response.ok) throw new Error(`The PUT was answered with ${response.status}.`)
  return { sessionId: session.id, assetId: session.assetId }
}

function declarationOf(picture: Buffer) {
  return { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength } as const
}
