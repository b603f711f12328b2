import { crashInstance } from './crash-instance.ts'
import type { CrashNews } from './crash-stories.ts'
import { quadrants } from './pictures.ts'

/** What this program tells the test. */
export type LoadMessage = CrashNews | { readonly type: 'working' }

const LANES = 3
const UPLOADS_PER_LANE = 5

// The program of a process that works and uploads until it is killed: node crash-load-main.ts <database-url> <directory>
const [, , databaseUrl = '', directory = ''] = process.argv
const rindle = crashInstance({ databaseUrl, directory })
const picture = await quadrants(160, 120)

function tell(message: LoadMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

async function uploadProxied(): Promise<string> {
  return (await rindle.upload('picture', picture, { filename: 'a.jpg' })).id
}

async function uploadDirectly(): Promise<string> {
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
  const { session, request } = await rindle.presignedPut('picture', declared)
  const { url, ...options } = request
  await rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(picture) }))
  return (await rindle.verifyCompletion(session.id)).asset.id
}

/** Uploads one picture after the other into one slot: each takes the place of the one before, which is purged. */
async function fillSlot(lane: number): Promise<void> {
  let previous: string | undefined
  for (let count = 0; count < UPLOADS_PER_LANE; count += 1) {
    const assetId = await (count % 2 === 0 ? uploadProxied() : uploadDirectly())
    await tell({ type: 'acknowledged', assetId })
    if (previous !== undefined) await tell({ type: 'releasing', assetId: previous })
    const asset = await rindle.asset(assetId)
    if (asset === null) throw new Error(`Asset ${assetId} is gone.`)
    await rindle.attach(rindle.narrow(asset, 'picture'), { type: 'lane', id: `${process.pid}-${lane}` }, 'avatar')
    previous = assetId
  }
}

await rindle.start()
await rindle.work()
await tell({ type: 'working' })
await Promise.all(Array.from({ length: LANES }, (_, lane) => fillSlot(lane)))
