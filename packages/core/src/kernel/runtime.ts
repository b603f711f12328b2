import type { Database } from '@rindle/prisma'
import { RindleError } from '../domain/errors.ts'
import type { Changes } from '../events/changes.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { JobsAdapter } from '../ports/jobs.ts'
import type { CodedLogger } from '../ports/logger.ts'
import type { Processor } from '../ports/processor.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import type { Profile } from '../profile/profile.ts'
import type { RunningWorkers } from './running-workers.ts'
import type { SourceCache } from './source-cache.ts'
import { assertOutsideTransaction } from './transaction-scope.ts'

/** What every verb works with: the composed adapters of one instance. Internal; applications see {@link Rindle}. */
export interface Runtime {
  readonly database: Database
  readonly storages: Readonly<Record<string, StorageAdapter>>
  readonly processors: readonly Processor[]
  readonly jobs: JobsAdapter
  readonly profiles: Readonly<Record<string, Profile>>
  readonly events: EventBus
  readonly changes: Changes
  readonly logger: CodedLogger
  readonly sources: SourceCache
  /** Workers of this process that run or are starting. */
  readonly workers: Set<Promise<RunningWorkers>>
  /** Where run directories and the source cache live. */
  readonly workDirectory: string
  /** Names this process in the audit trail. */
  readonly worker: string
  readonly deliveryExpiresInSeconds: number
  /** The longest life of a URL, and how long an object that was replaced is kept for those who have one. */
  readonly maxDeliveryExpiresInSeconds: number
  readonly now: () => Date
  /** When this instance was made: of two processes that know different things the later one is right. */
  readonly startedAt: Date
  /** How long a quarantined original is kept. */
  readonly quarantineDays: number
  /** A new UUIDv7. */
  readonly newId: () => string
  /** Unguessable text for keys: `[a-z0-9]`. */
  readonly randomText: () => string
}

/** The configured profile of that name, or `unknown_profile`. */
export function profileOf(runtime: Runtime, name: string): Profile {
  const profile = Object.hasOwn(runtime.profiles, name) ? runtime.profiles[name] : undefined
  if (profile !== undefined) return profile
  const known = Object.keys(runtime.profiles).join(', ')
  throw new RindleError('unknown_profile', `There is no profile "${name}". Configured profiles: ${known}.`, {
    details: { profile: name },
  })
}

/** The kind of adapter behind a storage's name, for events. */
export function adapterNameOf(runtime: Pick<Runtime, 'storages'>, name: string): string {
  return configuredStorage(runtime, name).name
}

/** The way to a storage; from within a transaction there is none. */
export function storageOf(runtime: Pick<Runtime, 'storages'>, name: string): StorageAdapter {
  assertOutsideTransaction(`The storage "${name}"`)
  return configuredStorage(runtime, name)
}

/** A row may name a storage that the configuration no longer has. */
function configuredStorage(runtime: Pick<Runtime, 'storages'>, name: string): StorageAdapter {
  const storage = Object.hasOwn(runtime.storages, name) ? runtime.storages[name] : undefined
  if (storage !== undefined) return storage
  const known = Object.keys(runtime.storages).join(', ')
  throw new RindleError(
    'unknown_storage',
    `There is no storage "${name}", but rows in the database name it. Configured storages: ${known}. ` +
      'Add it to `storages` under its old name.',
    { details: { storage: name } },
  )
}
