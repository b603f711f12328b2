import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Asset, createRindle, defineProfile, type Rindle, stderrLogger } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { storageIn } from '../storage-in.ts'
import { MEMBER, type MemberFacts, type MemberSetup } from './setup.ts'

const { width, quality, effort } = MEMBER
const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 50_000_000 },
    variants: {
      hero: image.responsive({
        widths: [width],
        formats: ['webp'],
        make: 'on_demand',
        quality: { webp: quality },
        effort: { webp: effort },
      }),
    },
  }),
}

// An application behind its handler, with its workers in one process. A round asks for an image that nobody has asked
// for, and returns the CPU time since the last round.
serveSide(async (setup) => {
  const { directory, databaseUrl, photograph } = setup as MemberSetup
  let answer: ReturnType<typeof toNodeHandler> = () => {}
  const server = createServer((incoming, outgoing) => answer(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const rindle = createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory) },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: stderrLogger,
    workDirectory: join(directory, 'work'),
    images: {
      baseUrl: `http://127.0.0.1:${port}/rindle`,
      signingKeys: ['a key for images of benchmarks only, of enough characters'],
      waitMs: 60_000,
    },
    profiles,
  })
  await rindle.start()
  await rindle.work()
  answer = toNodeHandler(createHandler(rindle, { basePath: '/rindle' }))
  const asset = await readyAsset(rindle, photograph)
  const url = await urlOf(rindle, asset)
  await read(url)
  const made = await rindle.asset(asset.id)
  const facts: MemberFacts = {
    port,
    path: new URL(url).pathname + new URL(url).search,
    file: join(directory, 'storage', made?.variants[0]?.storageKey ?? ''),
  }
  let cpu = cpuMeter()
  return {
    facts,
    round: async ({ isCold }) => {
      const figures = { cpuMs: [cpu()], ms: isCold === true ? [await coldMs(rindle, photograph)] : [] }
      cpu = cpuMeter()
      return figures
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await rindle.stop()
    },
  }
})

async function readyAsset(rindle: Rindle<typeof profiles>, photograph: string): Promise<Asset<'photo'>> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const off = rindle.on('rindle.asset.state_change', ({ metadata: { to } }) => {
    if (to === 'ready') resolve()
  })
  const { id } = await rindle.upload('photo', photograph)
  await promise
  off()
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error('The photograph is gone.')
  return rindle.narrow(asset, 'photo')
}

async function urlOf(rindle: Rindle<typeof profiles>, asset: Asset<'photo'>): Promise<string> {
  return `${await rindle.familyUrl(asset, 'hero', { expiresInSeconds: 86_400 })}?w=${width}`
}

async function coldMs(rindle: Rindle<typeof profiles>, photograph: string): Promise<number> {
  const url = await urlOf(rindle, await readyAsset(rindle, photograph))
  const begin = performance.now()
  await read(url)
  return performance.now() - begin
}

async function read(url: string): Promise<void> {
  const response = await fetch(url)
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`An image was answered with ${response.status}.`)
}
