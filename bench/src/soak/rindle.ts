import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRindle, defineProfile, type Rindle, stderrLogger } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { serveSide } from '../serve-side.ts'
import { storageIn } from '../storage-in.ts'
import type { SoakRound, SoakSetup } from './setup.ts'

const USERS = 8

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 50_000_000 },
    variants: {
      large: image.fit(1024, 1024, { format: 'webp' }),
      thumb: image.crop(160, 160, { format: 'webp' }),
    },
    slots: { avatar: 'one' },
  }),
}

type Application = Rindle<typeof profiles>
type Handler = (request: Request) => Promise<Response>

// A whole application in one process: users upload a photo, wait until it is ready, look at it and delete it again, so
// that only rows stay.
serveSide(async (setup) => {
  const { directory, databaseUrl, photographs } = setup as SoakSetup
  const rindle = createRindle({
    database: databaseUrl,
    storages: {
      main: storageIn(directory),
    },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    profiles,
  })
  await rindle.start()
  await rindle.work()
  const handler = createHandler(rindle, { basePath: '/rindle' })
  let visits = 0
  return {
    round: async (input) => {
      const { seconds: wanted, perSecond } = input as SoakRound
      const begin = performance.now()
      const end = begin + wanted * 1000
      const before = visits
      let begun = 0
      const visitOn = async (user: number): Promise<void> => {
        while (performance.now() < end) {
          // Its place in the schedule; a visit that comes late for it begins at once.
          const dueMs = perSecond === null ? 0 : begin + (begun / perSecond) * 1000 - performance.now()
          begun += 1
          if (dueMs > 0) await delay(dueMs)
          await visit(rindle, handler, { path: photographs[visits % photographs.length] ?? '', user })
          visits += 1
        }
      }
      await Promise.all(Array.from({ length: USERS }, (_, user) => visitOn(user)))
      const seconds = (performance.now() - begin) / 1000
      return { perSecond: [(visits - before) / seconds] }
    },
    stop: () => rindle.stop(),
  }
})

async function visit(
  rindle: Application,
  handler: Handler,
  { path, user }: { readonly path: string; readonly user: number },
): Promise<void> {
  const owner = { type: 'user', id: user }
  const { id } = await rindle.upload('photo', createReadStream(path), { filename: 'photo.jpg', owner, slot: 'avatar' })
  await ready(rindle, id)
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error(`The asset ${id} is gone before its user took it away.`)
  for (const variant of ['large', 'thumb'] as const) {
    const url = await rindle.variantUrl(rindle.narrow(asset, 'photo'), variant)
    if (url === null) throw new Error(`The ${variant} of ${id} has no URL.`)
    const response = await handler(new Request(url))
    if (response.status !== 200) throw new Error(`The ${variant} of ${id} was answered with ${response.status}.`)
    await response.arrayBuffer()
  }
  await rindle.detach(owner, 'avatar')
}

/** Waits as a page does: by the changes that every process receives. */
async function ready(rindle: Application, assetId: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = async (): Promise<void> => {
    const state = (await rindle.asset(assetId))?.state
    if (state === 'ready') resolve()
    if (state === 'degraded' || state === 'quarantined') reject(new Error(`The asset ${assetId} became ${state}.`))
  }
  const subscription = await rindle.subscribe({ assetId }, () => void look().catch(reject))
  try {
    await look()
    await promise
  } finally {
    await subscription.close()
  }
}
