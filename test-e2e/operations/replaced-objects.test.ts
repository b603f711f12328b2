import { type AssetWithVariants, defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'
import { objectsIn } from './snapshot.ts'

const photoOf = (width: number) =>
  defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(width, 8, { format: 'webp' }) },
  })
const profiles = { photo: photoOf(8) }
const changed = { photo: photoOf(12) }

let application: Application<typeof profiles>
let photo: AssetWithVariants

beforeAll(async () => {
  application = await startApplication({ profiles, jobs: quickJobs() })
})
afterAll(async () => application[Symbol.asyncDispose]())

beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
  const workers = await application.work()
  const { id } = await application.rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })
  photo = await settled(application.rindle, id)
  await workers.stop()
})

/** Workers look for jobs that became due often enough for a test. */
function quickJobs() {
  return pgBossJobs({ pollingIntervalSeconds: 0.5, retryDelaySeconds: 0 })
}

const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 })

/** Lets deletions run that wait for their time. */
async function makeDue(): Promise<void> {
  const sql = `update pgboss.job set start_after = now() where name = 'rindle_purge' and state = 'created'`
  await application.rindle.prisma.$executeRawUnsafe(sql)
}

async function waitingDeletions(condition = 'true'): Promise<readonly string[]> {
  const sql = `select singleton_key as key from pgboss.job
    where name = 'rindle_purge' and state <= 'active' and ${condition} order by key`
  const rows = await application.rindle.prisma.$queryRawUnsafe<{ key: string }[]>(sql)
  return rows.map(({ key }) => key)
}

const objectsOf = ({ profile, id }: AssetWithVariants) => objectsIn(application.storage, `${profile}/${id}/`)

describe('an object that was replaced', () => {
  it('is there for a client that fetches all the while, by new URLs and by those of before', async () => {
    const delivery = { expiresInSeconds: 60, maxExpiresInSeconds: 120 }
    // The clock of URLs stands, so that there is one for each object.
    const moment = new Date()
    const rindle = await deploy(application, changed, { jobs: quickJobs(), delivery, now: () => moment })
    const urls = new Set<string>()
    const statuses = new Map<number, number>()
    const sizes = new Set<number>()
    const fetchAll = async (): Promise<void> => {
      const asset = await rindle.asset(photo.id)
      if (asset === null) throw new Error('The asset is gone.')
      const options = { staleMode: 'serve_stale', onNotReady: 'error' } as const
      urls.add((await rindle.variantUrl(rindle.narrow(asset, 'photo'), 'thumb', options)) ?? '')
      for (const url of urls) {
        const response = await rindle.serveFile(new Request(url))
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
        sizes.add((await response.arrayBuffer()).byteLength)
      }
    }
    const before = photo.variants[0]?.storageKey
    const workers = await rindle.work()
    await fetchAll()
    await rindle.regenerateVariants()
    const isMade = async (): Promise<boolean> => {
      const asset = await rindle.asset(photo.id)
      return asset?.state === 'ready' && asset.variants[0]?.storageKey !== before
    }
    while (!(await isMade())) await fetchAll()
    for (let more = 0; more < 10; more += 1) await fetchAll()
    expect([...statuses.keys()]).toEqual([200])
    expect(statuses.get(200)).toBeGreaterThan(20)
    expect([urls.size, sizes.size]).toEqual([2, 2])
    await workers.stop()
  })

  it('stays when its recipe has come back before its deletion was due', async () => {
    const thumbKey = async (): Promise<string> => {
      const asset = await settled(application.rindle, photo.id)
      return asset.variants.find(({ name }) => name === 'thumb')?.storageKey ?? ''
    }
    const first = await thumbKey()
    const changing = await deploy(application, changed, { jobs: quickJobs() })
    const workers = await changing.work()
    await changing.regenerateVariants()
    await soon(async () => expect(await thumbKey()).not.toBe(first))
    const second = await thumbKey()
    await application.rindle.regenerateVariants()
    await soon(async () => expect(await thumbKey()).toBe(first))
    await makeDue()
    // The first object is in use again; of the second there are fresh URLs, so its deletion is put off.
    const putOff = `state = 'created' and start_after > now()`
    await soon(async () => expect(await waitingDeletions(putOff)).toEqual([`${photo.id}:${second}`]))
    await soon(async () => expect(await waitingDeletions()).toHaveLength(1))
    expect(await objectsOf(photo)).toEqual(expect.arrayContaining([first, second]))
    await changing.prisma.$executeRawUnsafe(`update rindle.media_variants set generated_at = now() - interval '8 days'`)
    await makeDue()
    await soon(async () => expect(await waitingDeletions()).toEqual([]))
    expect(await objectsOf(photo)).not.toContain(second)
    expect((await changing.checkInvariants()).violations).toEqual([])
    await workers.stop()
  })

  it('is deleted in the end by a storage that was away for long', async () => {
    let isAway = true
    const flaky = faultyStorage(application.storage, {
      onCall: (point) => {
        if (point === 'delete:before' && isAway) throw new Error('The storage is away.')
      },
    })
    const rindle = await deploy(application, changed, { storages: { main: flaky }, jobs: quickJobs() })
    const workers = await rindle.work()
    await rindle.regenerateVariants()
    await soon(async () => expect(await waitingDeletions()).toHaveLength(1))
    const [key = ''] = await waitingDeletions()
    await rindle.prisma.$executeRawUnsafe(`update rindle.media_variants set generated_at = now() - interval '8 days'`)
    await makeDue()
    // All attempts fail, and those of the following jobs.
    await soon(async () => {
      await makeDue()
      expect(await waitingDeletions(`(data->>'handedOn')::int > 2`)).toEqual([key])
    })
    isAway = false
    await makeDue()
    await soon(async () => expect(await waitingDeletions()).toEqual([]))
    expect(await objectsOf(photo)).not.toContain(key.split(':')[1])
    await workers.stop()
  })
})
