import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isRindleError } from '@rindle/core'
import { type CrashPlace, changedInstance, crashInstance, type crashProfiles, RECORDING } from './crash-instance.ts'
import type { CrashNews } from './crash-plots.ts'
import { quadrants } from './pictures.ts'

/** A message from this program to the test. */
export type LoadMessage = CrashNews | { readonly type: 'working' }

type ProfileName = keyof typeof crashProfiles

const LANES = 3
const UPLOADS_PER_LANE = 7
const SLOT = 'avatar'
// Numbers of processes come again after some thousands: another would take over the slots of this one.
const PROCESS = randomUUID()

// The program of a process that works and uploads until it is killed: node crash-load-main.ts <place as JSON>
const [, , placeText = '{}'] = process.argv
const place = JSON.parse(placeText) as CrashPlace
const rindle = crashInstance(place)
const changed = changedInstance(place)
const picture = await quadrants(160, 120)
const recording = await readFile(join(place.directory, RECORDING))
const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }

function tell(message: LoadMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

/** The ways in; each gives the id of an asset that the application has been told of. */
const UPLOADS: readonly (() => Promise<string>)[] = [
  () => uploadProxied('picture'),
  uploadDirectly,
  uploadInParts,
  () => uploadProxied('changing_0'),
  uploadResumably,
  () => uploadProxied('recording'),
]

async function uploadProxied(profile: ProfileName): Promise<string> {
  const [bytes, filename] = profile === 'recording' ? [recording, 'a.mp3'] : [picture, 'a.jpg']
  return (await rindle.upload(profile, bytes, { filename })).id
}

async function uploadDirectly(): Promise<string> {
  const { session, request } = await rindle.presignedPut('picture', declared)
  await tell({ type: 'staged', assetId: session.assetId })
  const { url, ...options } = request
  await rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(picture) }))
  return (await rindle.verifyCompletion(session.id)).asset.id
}

async function uploadInParts(): Promise<string> {
  const { session } = await rindle.initiateMultipartUpload('remote', declared)
  await tell({ type: 'staged', assetId: session.assetId })
  const { url, method, headers } = await rindle.signMultipartPart(session.id, 1)
  await fetch(url, { method, headers, body: new Uint8Array(picture) })
  return (await rindle.completeMultipartUpload(session.id)).asset.id
}

async function uploadResumably(): Promise<string> {
  const { session } = await rindle.initiateResumableSession('picture', declared)
  await tell({ type: 'staged', assetId: session.assetId })
  const writer = await rindle.writeResumableSession(session.id)
  await writer.append(Readable.from([picture]), { offset: 0 })
  await writer.release()
  await rindle.resumableSessionStatus(session.id)
  return session.assetId
}

/** Cancels what there is of an asset's work, and asks for it again. */
async function cancelAndRequeue(assetId: string): Promise<void> {
  await tell({ type: 'cancelling', assetId })
  try {
    await rindle.cancelProcessing(assetId)
    await rindle.requeueVariants(assetId)
  } catch (error) {
    if (!isRindleError(error, 'not_processing')) throw error
  }
}

/** Uploads into one slot, one after the other: each takes the place of the one before, which is purged; then all go. */
async function fillSlot(lane: number): Promise<void> {
  const owner = { type: 'lane', id: `${PROCESS}-${lane}` }
  let previous: string | undefined
  for (let count = 0; count < UPLOADS_PER_LANE; count += 1) {
    const upload = UPLOADS[(count + lane * 2) % UPLOADS.length] ?? uploadDirectly
    const assetId = await upload()
    await tell({ type: 'acknowledged', assetId })
    if (count % 3 === 1) await cancelAndRequeue(assetId)
    if (count % 3 === 2) await changed.regenerateVariants({ profile: 'changing_0' })
    if (previous !== undefined) await tell({ type: 'releasing', assetId: previous })
    const asset = await rindle.asset(assetId)
    if (asset === null) throw new Error(`Asset ${assetId} is gone.`)
    await rindle.attach(asset, owner, SLOT)
    previous = assetId
  }
  if (lane > 0 || previous === undefined) return
  await tell({ type: 'releasing', assetId: previous })
  await rindle.eraseOwner(owner)
}

await rindle.start()
await changed.start()
await rindle.work()
await tell({ type: 'working' })
await Promise.all(Array.from({ length: LANES }, (_, lane) => fillSlot(lane)))
