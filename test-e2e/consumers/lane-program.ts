// The whole life of a file in an application of one lane: node lane-program.ts <image|av> <file>. Prints its
// observations.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type AcceptOptions, createRindle, defineProfile, type Processor, type Recipe } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { migrate } from '@rindle/prisma'
import { localStorage } from '@rindle/storage-local'

interface Lane {
  readonly processor: Processor
  readonly types: AcceptOptions['types']
  readonly variants: Readonly<Record<string, Recipe>>
}

const [, , laneName = '', file = ''] = process.argv
const { DATABASE_URL = '' } = process.env

async function imageLane(): Promise<Lane> {
  const { imageProcessor } = await import('@rindle/processor-image')
  const { image } = await import('@rindle/processor-image/recipes')
  const variants = { thumb: image.crop(64, 64, { format: 'webp' }) } as const
  return { processor: imageProcessor(), types: ['image/jpeg'], variants }
}

async function avLane(): Promise<Lane> {
  const { avProcessor } = await import('@rindle/processor-av')
  const { poster, video } = await import('@rindle/processor-av/recipes')
  const variants = { video: video.mp4({ height: 480 }), poster: poster() } as const
  return { processor: avProcessor(), types: ['video/mp4'], variants }
}

await migrate(DATABASE_URL)
const { processor, types, variants } = await (laneName === 'av' ? avLane() : imageLane())
const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
await using rindle = createRindle({
  database: DATABASE_URL,
  storages: { main: localStorage({ directory: 'media', baseUrl: `${origin}/rindle`, signingKey: 'k'.repeat(32) }) },
  processors: [processor],
  jobs: pgBossJobs(),
  profiles: {
    media: defineProfile({
      storage: 'main',
      accept: { types, maxBytes: 50_000_000 },
      variants,
      slots: { cover: 'one' },
    }),
  },
})
server.on('request', toNodeHandler(createHandler(rindle, { basePath: '/rindle' })))
await rindle.start()
await rindle.work()

const owner = { type: 'post', id: 7 }
const { id } = await rindle.upload('media', await readFile(file), { filename: basename(file), owner, slot: 'cover' })

const { promise: isSettled, resolve: settle } = Promise.withResolvers<void>()
const look = async (): Promise<void> => {
  const state = (await rindle.asset(id))?.state ?? ''
  if (['ready', 'degraded', 'quarantined'].includes(state)) settle()
}
const changes = await rindle.subscribe({ assetId: id }, () => void look())
await look()
await isSettled
await changes.close()

const held = await rindle.attachmentFor(owner, 'cover')
if (held === null) throw new Error('Nothing is attached.')
const made: Record<string, unknown> = {}
for (const { name, state } of held.asset.variants) {
  const url = (await rindle.variantUrl(held.asset, name)) ?? ''
  const answer = await fetch(url, { headers: { range: 'bytes=100-199' } })
  const range = answer.headers.get('content-range')
  const { byteLength } = await answer.arrayBuffer()
  made[name] = { state, status: answer.status, type: answer.headers.get('content-type'), range, byteLength }
}

await rindle.eraseOwner(owner)
// The row goes last.
while ((await rindle.asset(id)) !== null) await setTimeout(20)
const remaining: string[] = []
for await (const { key } of rindle.storageAdapterFor('media').list(`media/${id}/`)) remaining.push(key)

process.stdout.write(JSON.stringify({ state: held.asset.state, kind: held.asset.kind, made, remaining }))
server.closeAllConnections()
server.close()
