import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startApplication } from '../support/application.ts'
import { makeDue, passTime } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts'

const PROGRAM = new URL('../support/drain-program.ts', import.meta.url)
const PLAN = byRunLength('photos by processes that live for seconds and are killed', {
  sample: null,
  short: { photos: 12, kills: 2, lifeMs: 0, width: 400 },
  // Whatever such a process makes, it makes in its life: nobody else helps. Of 48 megapixels, so that it takes many.
  long: { photos: 200, kills: 500, lifeMs: 10_000, width: 8_000 },
})
const { photos, kills, lifeMs, width } = PLAN ?? { photos: 0, kills: 0, lifeMs: 0, width: 0 }

test.skipIf(PLAN === null)(
  'processes that live for seconds and are killed make every photo, and none twice at once',
  async () => {
    await using application = await startApplication()
    const { rindle, databaseUrl, directory } = application
    const picture = await quadrants(width, (width * 3) / 4)
    for (let index = 0; index < photos; index += 1) await rindle.upload('photo', picture, { filename: `${index}.jpg` })
    const count = async (sql: string): Promise<number> =>
      Number((await rindle.prisma.$queryRawUnsafe<{ count: bigint }[]>(`select count(*) from rindle.${sql}`))[0]?.count)
    const ready = (): Promise<number> => count(`media_assets where state = 'ready'`)
    const made = (): Promise<number> => count(`media_variants where state = 'ready'`)
    let deaths = 0
    while (deaths < kills && (await ready()) < photos) {
      const before = await made()
      // Two at once, as when a cron job begins before the last run has ended.
      const start = (): Promise<WorkerProcess> => startWorkerProcess(databaseUrl, directory, PROGRAM)
      const processes = await Promise.all([start(), start()])
      if (lifeMs > 0) await delay(lifeMs)
      else while ((await made()) === before) await delay(25)
      await Promise.all(processes.map((each) => each.kill()))
      deaths += 1
      if (lifeMs === 0) await passTime(rindle)
    }
    // The pass of the first one finds the jobs of the dead; the next attempts at them are due some seconds later.
    for (let more = lifeMs === 0 ? 5 : 0; more > 0 && (await ready()) < photos; more -= 1) {
      await rindle.drain({ maxSeconds: 120 })
      await makeDue(rindle)
    }
    expect(await ready()).toBe(photos)
    expect(deaths).toBeGreaterThan(1)
    expect(await rindle.checkInvariants()).toMatchObject({ violations: [] })
    // No attempt at a variant began before the one before it had ended.
    const overlaps = await count(`media_processing_runs as one join rindle.media_processing_runs as other
    on other.asset_id = one.asset_id and other.variant_name = one.variant_name and other.id > one.id
    where other.started_at < coalesce(one.finished_at, 'infinity')`)
    expect(overlaps).toBe(0)
    console.info(`${photos} photos, ${deaths} pairs of killed processes.`)
  },
  3_600_000,
)
