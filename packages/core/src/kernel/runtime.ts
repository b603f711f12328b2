import type { Database } from '@rindle/prisma'
import { RindleError } from '../domain/errors.ts'
import type { Changes } from '../events/changes.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { WantedEvents } from '../events/wanted-events.ts'
import type { JobsAdapter } from '../ports/jobs.ts'
import type { CodedLogger } from '../ports/logger.ts'
import type { Processor } from '../ports/processor.ts'
import type { QuotaRule } from '../ports/quota.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import type { Profile } from '../profile/profile.ts'
import type { EventTarget } from './event-targets.ts'
import type { Flights } from './flights.ts'
import type { FetchNetwork } from './outbound/fetch-network.ts'
import type { WorkerGroup } from './running-workers.ts'
import type { SignedTokens } from './signed-tokens.ts'
import type { SourceCache } from './source-cache.ts'
import { assertOutsideTransaction } from './transaction-scope.ts'

/** The composed adapters of one instance, for every verb. Internal; applications see {@link Rindle}. */
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
  readonly workers: Set<WorkerGroup>
  /** The directory of the run directories and the source cache. */
  readonly workDirectory: string
  /** The name of this process in the audit trail. */
  readonly worker: string
  readonly deliveryExpiresInSeconds: number
  /** The longest lifetime of a URL. A replaced object is kept this long for those who hold one. */
  readonly maxDeliveryExpiresInSeconds: number
  readonly now: () => Date
  /** The time at which this instance was made: of two processes with different knowledge, the younger is right. */
  readonly startedAt: Date
  /** The number of days for which a quarantined original is kept. */
  readonly quarantineDays: number
  readonly hooks: HookRuntime
  /** The way to the servers of uploads from URLs. */
  readonly fetch: FetchNetwork
  readonly quotas: QuotaRuntime
  /** `null`: families have no URLs. */
  readonly images: ImageRuntime | null
  /** `null`: streams have no URLs. */
  readonly streams: StreamRuntime | null
  /** A new UUIDv7. */
  readonly newId: () => string
  /** Unguessable text for keys: `[a-z0-9]`. */
  readonly randomText: () => string
}

/** The part of a runtime that limits uploads. */
export interface QuotaRuntime {
  /** `null`: nothing is counted. */
  readonly rule: QuotaRule | null
  /** The most open uploads of one actor. */
  readonly maxOpenUploads: number
}

/** The part of a runtime that hooks and webhooks need. */
export interface HookRuntime {
  /** The targets that this process can deliver to, by name. */
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly wanted: WantedEvents
  /** The time limit of a handler. */
  readonly handlerTimeoutMs: number
  /** How long after its first attempt a delivery is retried. */
  readonly retryForSeconds: number
}

/** The part of a runtime that serves images of families. */
export interface ImageRuntime {
  /** Has no slash at its end. */
  readonly baseUrl: string
  readonly tokens: SignedTokens
  /** How long a request waits for an image. */
  readonly waitMs: number
  /** The answer when that is over. */
  readonly whileMaking: 'wait' | 'nearest'
  /** How images of remote storages are sent. */
  readonly redirect: 'follow' | 'stream'
  /** The most variants on demand in the making, in the whole database. */
  readonly maxMaking: number
  /** Requests of this process that wait for images. */
  readonly flights: Flights
}

/** The part of a runtime that serves the playlists of streams. */
export interface StreamRuntime {
  /** Has no slash at its end. */
  readonly baseUrl: string
  readonly tokens: SignedTokens
}

/** Returns the configured profile of that name, or throws `unknown_profile`. */
export function profileOf(runtime: Runtime, name: string): Profile {
  const profile = Object.hasOwn(runtime.profiles, name) ? runtime.profiles[name] : undefined
  if (profile !== undefined) return profile
  const known = Object.keys(runtime.profiles).join(', ')
  throw new RindleError('unknown_profile', `There is no profile "${name}". Configured profiles: ${known}.`, {
    details: { profile: name },
  })
}

/** The kind of adapter of a storage, for events. */
export function adapterNameOf(runtime: Pick<Runtime, 'storages'>, name: string): string {
  return configuredStorage(runtime, name).name
}

/** Returns a storage; throws within a transaction. */
export function storageOf(runtime: Pick<Runtime, 'storages'>, name: string): StorageAdapter {
  assertOutsideTransaction(`The storage "${name}"`)
  return configuredStorage(runtime, name)
}

/** A row may name a storage that is no longer configured. */
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
