import { type Profiles, type Rindle, type RindleOptions, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'

/** Waits for something that comes soon, on a busy machine too. */
export const soon = (check: () => Promise<void> | void): Promise<void> =>
  vi.waitFor(async () => check(), { timeout: 30_000, interval: 20 })

/** One database for the tests of a file, empty before each, and one instance with workers. */
export class HookApplication {
  application!: Application<Profiles>
  #rindle: Rindle | undefined

  get rindle(): Rindle {
    if (this.#rindle === undefined) throw new Error('The test has started no instance.')
    return this.#rindle
  }

  /** Stops the instance and its workers, if there is one, and starts another, as a deployment does. */
  async restart(options: Partial<RindleOptions<Profiles>>): Promise<Rindle> {
    await this.#rindle?.stop()
    this.#rindle = await this.another(options)
    await this.#rindle.work()
    return this.#rindle
  }

  /** Another instance on the same database, without workers. */
  another(options: Partial<RindleOptions<Profiles>>): Promise<Rindle> {
    const jobs = pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })
    return this.application.another({ jobs, logger: silentLogger, ...options })
  }

  /** Uploads a picture, waits until it is ready, and returns its id. */
  async ready(profile = 'photo'): Promise<string> {
    const { id } = await this.rindle.upload(profile, await quadrants(20, 20), { filename: 'a.jpg' })
    return (await settled(this.rindle, id)).id
  }

  sql(text: string): Promise<number> {
    return this.application.rindle.prisma.$executeRawUnsafe(text)
  }

  /** As if all delays were over. */
  async later(): Promise<void> {
    await this.sql(
      `update rindle.media_deliveries set next_attempt_at = now() where state = 'pending' and next_attempt_at > now()`,
    )
    await this.sql('update rindle.media_event_targets set held_until = now() where held_until > now()')
    await makeDue(this.application.rindle)
  }

  async clear(): Promise<void> {
    await this.#rindle?.stop()
    this.#rindle = undefined
    await this.sql('truncate rindle.media_assets, rindle.media_events, rindle.media_event_targets, pgboss.job cascade')
    await this.sql('truncate rindle.media_workers')
  }
}

/** Registers an application for the tests of a file. */
export function useHookApplication(profiles: Profiles): HookApplication {
  const at = new HookApplication()
  beforeAll(async () => {
    at.application = await startApplication<Profiles>({ profiles })
  })
  afterEach(() => at.clear())
  afterAll(() => at.application[Symbol.asyncDispose]())
  return at
}
