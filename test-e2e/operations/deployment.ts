import { join } from 'node:path'
import {
  type AssetWithVariants,
  createRindle,
  type Profiles,
  type Rindle,
  type RindleOptions,
  silentLogger,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { onTestFinished } from 'vitest'
import type { Application } from '../support/application.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

/** Another version of the application, with other profiles, on the same database and storage, until the test ends. */
export async function deploy<const Ps extends Profiles>(
  application: Pick<Application<Profiles>, 'databaseUrl' | 'directory' | 'storage'>,
  profiles: Ps,
  options: Partial<RindleOptions<Ps>> = {},
): Promise<Rindle<Ps>> {
  const rindle = createRindle({
    database: application.databaseUrl,
    storages: { main: application.storage },
    processors: [warmImageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    workDirectory: join(application.directory, 'work'),
    ...options,
    profiles,
  })
  await rindle.start()
  onTestFinished(() => rindle.stop())
  return rindle
}

/** The state of each variant, by name. */
export function statesOf({ variants }: Pick<AssetWithVariants, 'variants'>): Readonly<Record<string, string>> {
  return Object.fromEntries(variants.map(({ name, state }) => [name, state]))
}

/** The object in a variant's row, which nothing else may touch. */
export function madeOf({ variants }: Pick<AssetWithVariants, 'variants'>): readonly unknown[] {
  return variants.map(({ name, state, recipeDigest, storageKey, attempt }) => [
    name,
    state,
    recipeDigest,
    storageKey,
    attempt,
  ])
}
