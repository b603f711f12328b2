import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Rindle } from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import { useS3Server } from '@rindle/test-s3'
import { Client } from 'minio'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CrashPlace } from '../support/crash-instance.ts'
import { makeDue } from '../support/make-due.ts'
import { CONCURRENCY, type movedProfiles, movingInstance, PUTS, type Put } from '../support/move-main.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const KILLS = byRunLength('moves that are killed', { sample: 0, short: 6, long: 50 })
const ASSETS = 60
const OBJECTS_OF_EACH = 3
const MAX_LIFE_MS = 350
const MS_PER_KILL = 15_000

interface FoundObject {
  readonly key: string
  readonly sha256: string
}

let place: CrashPlace & AsyncDisposable
let rindle: Rindle<typeof movedProfiles>
let minio: Client
const issued = new Set<string>()
const broken: string[] = []
let originals: readonly FoundObject[] = []
let directions = 1

describe.skipIf(KILLS === 0)('a move that is killed again and again', () => {
  beforeAll(
    async () => {
      console.info(`${KILLS} kills with seed ${SEED}. RINDLE_RUNS and RINDLE_SEED choose others.`)
      place = await startPlace()
      rindle = movingInstance(place, { processors: [warmImageProcessor()] })
      await rindle.start()
      await fill()
      originals = await objectsInMain()
      const random = seededRandom(SEED)
      let to = 'bucket'
      for (let kill = 0; kill < KILLS; kill += 1) {
        await issueUrls(random)
        if (!(await moveAndKill(to, random() * MAX_LIFE_MS))) {
          // Everything is there: back again, while the old objects still wait for their deletion.
          to = to === 'bucket' ? 'main' : 'bucket'
          directions += 1
        }
        await followUrls(random, 10)
      }
      await rindle.moveStorage({ to: 'bucket', live: true })
      await followUrls(random, issued.size)
    },
    60_000 + KILLS * MS_PER_KILL,
  )
  afterAll(async () => {
    await rindle?.stop()
    await place[Symbol.asyncDispose]()
  })

  it('has every object in the new storage, as an independent client lists and reads it', async () => {
    console.info(`${directions} directions, ${issued.size} URLs.`)
    const rows = await rindle.prisma.$queryRawUnsafe<{ key: string }[]>(
      `select storage_key as key from rindle.media_assets where storage = 'bucket'
       union all select storage_key from rindle.media_variants order by 1`,
    )
    const found = await listed()
    expect(found.map(({ key }) => key)).toEqual(rows.map(({ key }) => key))
    expect(found).toEqual(originals)
  })

  it('has broken no URL that was issued at any time', () => {
    expect(broken).toEqual([])
    expect(issued.size).toBeGreaterThan(KILLS)
  })

  it('has copied nothing twice but what was in hand when a process died', async () => {
    const lines = (await readFile(join(place.directory, PUTS), 'utf8')).trim().split('\n')
    const puts = lines.map((line) => JSON.parse(line) as Put).filter(({ key }) => !key.startsWith('staging/'))
    const atLeast = directions * ASSETS * OBJECTS_OF_EACH
    console.info(`${puts.length} puts.`)
    expect(puts.length).toBeLessThanOrEqual(atLeast + ASSETS * OBJECTS_OF_EACH + KILLS * CONCURRENCY * OBJECTS_OF_EACH)
  })

  it('leaves nothing behind once the URLs have expired', async () => {
    const workers = await rindle.work({ queues: ['rindle_purge'] })
    await rindle.prisma.$executeRawUnsafe('update rindle.media_moves set delete_after = now()')
    await makeDue(rindle)
    await vi.waitFor(async () => expect(await rindle.prisma.mediaMove.count()).toBe(0), 20_000)
    expect(await objectsInMain()).toEqual([])
    expect(await listed()).toEqual(originals)
    expect((await rindle.checkInvariants()).violations).toEqual([])
    await workers.stop()
  })
})

async function startPlace(): Promise<CrashPlace & AsyncDisposable> {
  const database = await createTestDatabase()
  const server = await useS3Server()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-moves-'))
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  const { hostname, port } = new URL(endpoint)
  minio = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
  })
  return {
    databaseUrl: database.url,
    directory,
    bucket: { endpoint, region, accessKeyId, secretAccessKey, name: await server.createBucket() },
    async [Symbol.asyncDispose]() {
      await database.drop()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function fill(): Promise<void> {
  const workers = await rindle.work()
  const uploads = Array.from({ length: ASSETS }, async (_, index) =>
    rindle.upload('photo', await quadrants(20 + index, 16), { filename: `${index}.jpg` }),
  )
  await Promise.all(uploads)
  const areReady = async (): Promise<void> =>
    expect(await rindle.prisma.mediaAsset.count({ where: { state: 'ready' } })).toBe(ASSETS)
  await vi.waitFor(areReady, { timeout: 40_000, interval: 100 })
  await workers.stop()
}

/** Whether the move was not through before it was killed. */
async function moveAndKill(to: string, afterMs: number): Promise<boolean> {
  const { databaseUrl, directory, bucket } = place
  const program = fileURLToPath(new URL('../support/move-main.ts', import.meta.url))
  const child = fork(program, [JSON.stringify({ databaseUrl, directory, bucket }), to])
  const closed = once(child, 'close')
  await Promise.race([once(child, 'message'), closed])
  await delay(afterMs)
  child.kill('SIGKILL')
  const [code, signal] = await closed
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`The move ended with ${String(code ?? signal)}.`)
  return (await rindle.prisma.mediaAsset.count({ where: { storage: { not: to } } })) > 0
}

/** Every process issues some, whatever storage the rows name at that time. */
async function issueUrls(random: () => number): Promise<void> {
  const assets = await rindle.prisma.mediaAsset.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
  for (let count = 0; count < 5; count += 1) {
    const asset = await rindle.asset(assets[Math.floor(random() * assets.length)]?.id ?? '')
    if (asset === null) throw new Error('An asset is gone.')
    const photo = rindle.narrow(asset, 'photo')
    for (const url of [await rindle.url(photo), await rindle.variantUrl(photo, 'thumb')]) issued.add(url ?? '')
  }
}

async function followUrls(random: () => number, most: number): Promise<void> {
  const urls = [...issued]
  const some =
    most >= urls.length ? urls : Array.from({ length: most }, () => urls[Math.floor(random() * urls.length)] ?? '')
  for (const url of some) {
    const response = url.startsWith(place.bucket.endpoint) ? await fetch(url) : await rindle.serveFile(new Request(url))
    await response.arrayBuffer()
    if (response.status !== 200) broken.push(`${response.status} ${url}`)
  }
}

async function objectsInMain(): Promise<readonly FoundObject[]> {
  const found: FoundObject[] = []
  const adapter = rindle.storageAdapterFor('photo')
  for await (const { key } of adapter.list('')) {
    found.push({ key, sha256: sumOf(await buffer((await adapter.get(key)).body)) })
  }
  return found
}

/** What MinIO's own client finds. */
async function listed(): Promise<readonly FoundObject[]> {
  const found: FoundObject[] = []
  for await (const { name } of minio.listObjectsV2(place.bucket.name, '', true)) {
    found.push({ key: name, sha256: sumOf(await buffer(await minio.getObject(place.bucket.name, name))) })
  }
  return found
}

function sumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
