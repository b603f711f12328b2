import type { Lane } from './states.ts'

/** The queues of background work. */
export const QUEUE_NAMES = [
  'rindle_fetch',
  'rindle_promote',
  'rindle_process',
  'rindle_media',
  'rindle_purge',
  'rindle_maintenance',
  'rindle_events',
] as const

/** One of {@link QUEUE_NAMES}. */
export type QueueName = (typeof QUEUE_NAMES)[number]

/** Queues that a process does not work, each with a reason: a sentence for a person. */
export type RefusedQueues = Partial<Readonly<Record<QueueName, string>>>

/** The settings of one queue. */
export interface QueueDefinition {
  /** The number of attempts of a job; the last failure is final. */
  readonly attempts: number
  /** Jobs at once in one process by default; `cores_and_one`: one more than the machine has cores. */
  readonly concurrency: number | 'cores_and_one'
}

/** Every queue and its settings. */
export const QUEUES: Readonly<Record<QueueName, QueueDefinition>> = {
  // A download waits for another machine most of its time.
  rindle_fetch: { attempts: 3, concurrency: 4 },
  rindle_promote: { attempts: 3, concurrency: 5 },
  // A processor bounds its own work to the cores. With one more job, they are busy while another one writes its rows: 4 %
  // more photos a second, measured with 24 of 12 megapixels on two cores.
  rindle_process: { attempts: 5, concurrency: 'cores_and_one' },
  rindle_media: { attempts: 5, concurrency: 1 },
  rindle_purge: { attempts: 3, concurrency: 2 },
  rindle_maintenance: { attempts: 3, concurrency: 1 },
  rindle_events: { attempts: 3, concurrency: 5 },
}

/** The name of a queue's dead-letter queue. */
export type DeadLetterQueueName = `${QueueName}_dead`

/** The queue that holds the jobs of `queue` whose attempts are used up. */
export function deadLetterQueue(queue: QueueName): DeadLetterQueueName {
  return `${queue}_dead`
}

/** The job key of an upload from a URL, by its asset. */
export function fetchKey(assetId: string): string {
  return assetId
}

/** The job key of an asset's promotion. */
export function promoteKey(assetId: string): string {
  return assetId
}

/** The queue of a lane's variants. */
export function queueOfLane(lane: Lane): QueueName {
  return lane === 'media' ? 'rindle_media' : 'rindle_process'
}

/** The lane of a queue's variants; `null` for a queue that makes none. */
export function laneOfQueue(queue: QueueName): Lane | null {
  if (queue === 'rindle_process') return 'process'
  return queue === 'rindle_media' ? 'media' : null
}

/** The job key of an asset's variants of one class of work. */
export function variantsKey(assetId: string, workClass: string): string {
  return `${assetId}:${workClass}`
}

/** The job key of the extraction of an asset's subtitles. A class of work has no dot. */
export function subtitlesKey(assetId: string): string {
  return `${assetId}:.subtitles`
}

/** The job key of an asset's purge. */
export function purgeKey(assetId: string): string {
  return assetId
}

/** The job key of the move of an asset's objects to private keys; on the purge queue. A storage key begins with no dot. */
export function relocationKey(assetId: string): string {
  return `${assetId}:.relocation`
}

/** The job key of the deletion of one object whose URLs expire; on the purge queue. */
export function deletionKey(assetId: string, storageKey: string): string {
  return `${assetId}:${storageKey}`
}

/** The job keys of the events of one asset for one target: of a job that is due, and of one that waits for a time. */
export function deliveryKeys(target: string, assetId: string): JobKeys {
  return dueAndLater(`${target}:${assetId}`)
}

/** The job keys of a target's drain: the job that enqueues the jobs for whatever is due there. */
export function drainKeys(target: string): JobKeys {
  return dueAndLater(target)
}

/** The job keys of the deletion of what moved assets have left behind. No asset's id is so. */
export const MOVED_KEYS: JobKeys = ['moved', 'moved:later']

/** The job keys of the mirrors of a storage: of the job that follows its changes. No asset's id begins so. */
export function mirrorKeys(storage: string): JobKeys {
  return dueAndLater(`mirror:${storage}`)
}

/** Two keys, so that a job that waits for hours does not absorb the request for one at once. */
export type JobKeys = readonly [due: string, later: string]

function dueAndLater(key: string): JobKeys {
  return [key, `${key}:later`]
}

/** The key of a request with this delay. */
export function keyFor([due, later]: JobKeys, delaySeconds: number): string {
  return delaySeconds > 0 ? later : due
}
