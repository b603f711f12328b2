import { counted } from '../../domain/counted.ts'
import { laneOfQueue, QUEUE_NAMES, type QueueName } from '../../domain/queues.ts'
import { hasDrained, isAlive, type KnownWorker, knownWorkers, lastSeen } from '../../jobs/live-workers.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import type { Profile } from '../../profile/profile.ts'
import { SUBTITLES_QUEUE } from '../../tracks/subtitles-request.ts'

type Profiles = Readonly<Record<string, Profile>>

/** The consequence of a queue without workers. */
const CONSEQUENCES: Readonly<Record<QueueName, string>> = {
  rindle_fetch: 'uploads from URLs wait',
  rindle_promote: 'uploads stay unverified',
  rindle_process: 'images get no variants',
  rindle_media: 'video and audio get no variants',
  rindle_purge: 'deleted media stays in storage',
  rindle_maintenance: 'scheduled maintenance does not run',
  rindle_events: 'handlers and webhooks receive no events',
}

/** Checks that some process serves each queue. */
export async function* workerFindings(runtime: Runtime, profiles: Profiles): AsyncGenerator<Finding> {
  const workers = await knownWorkers(runtime)
  const isWanted: Partial<Record<QueueName, boolean>> = {
    rindle_events: runtime.hooks.targets.size > 0,
    rindle_fetch: await hasFetches(runtime),
  }
  for (const queue of QUEUE_NAMES) {
    const isQueueNeeded = isWanted[queue] ?? isNeeded(queue, profiles)
    yield queueFinding(queue, workers, isQueueNeeded)
  }
}

/** Not every application uploads from URLs. */
async function hasFetches({ database }: Runtime): Promise<boolean> {
  const { rows } = await database.executeSql(
    'select 1 from rindle.media_upload_sessions where fetch_source is not null limit 1',
  )
  return rows.length > 0
}

/** Judges the workers of a queue. Pure. */
export function queueFinding(queue: QueueName, workers: readonly KnownWorker[], isQueueNeeded: boolean): Finding {
  const id = `workers.${queue.replace('rindle_', '')}`
  const serving = workers.filter(({ queues }) => queues[queue] !== undefined)
  const alive = serving.filter(isAlive)
  const refusing = workers.filter((worker) => isAlive(worker) && worker.refused[queue] !== undefined)
  if (alive.length > 0) return { id, status: 'ok', summary: describe(alive, queue) + alsoRefusing(refusing) }
  const drained = serving.find(hasDrained)
  if (drained !== undefined) {
    return {
      id,
      status: 'ok',
      summary: `no worker is running, but drains serve it; the last one, ${lastSeen(drained)}`,
    }
  }
  if (!isQueueNeeded) return { id, status: 'ok', summary: 'none, and nothing here needs one' }
  const [refuser] = refusing
  if (refuser !== undefined) return refusedFinding(id, queue, refuser, refusing.length)
  const [last] = serving
  return {
    id,
    // Only scheduled tasks wait there.
    status: queue === 'rindle_maintenance' ? 'warn' : 'error',
    summary: `no live worker${last === undefined ? '' : `; the last one, ${lastSeen(last)}`}: ${CONSEQUENCES[queue]}`,
    fix: `Start \`rindle worker\`, or call rindle.work(), for the queue ${queue}.`,
  }
}

/** Workers live, but their machines cannot do the work. */
function refusedFinding(
  id: string,
  queue: QueueName,
  { host, processId, refused }: KnownWorker,
  many: number,
): Finding {
  const who = many === 1 ? 'the only worker for it' : `all ${many} workers for it`
  return {
    id,
    status: 'error',
    summary: `no worker takes jobs: ${CONSEQUENCES[queue]}; ${who} cannot; process ${processId} on ${host} says: ${refused[queue]}`,
    fix: 'Install the missing part there, or start `rindle worker` on a machine that has it. Workers notice within a minute.',
  }
}

function alsoRefusing(refusing: readonly KnownWorker[]): string {
  return refusing.length === 0 ? '' : `; ${counted(refusing.length, 'worker')} more cannot`
}

function isNeeded(queue: QueueName, profiles: Profiles): boolean {
  const recipes = Object.values(profiles).flatMap(({ variants }) => Object.values(variants))
  const needed = laneOfQueue(queue)
  const extracts = queue === SUBTITLES_QUEUE && Object.values(profiles).some((profile) => profile.extractSubtitles)
  return needed === null || extracts || recipes.some(({ facts }) => facts.queue === needed)
}

function describe(alive: readonly KnownWorker[], queue: QueueName): string {
  const hosts = new Set(alive.map(({ host }) => host)).size
  const slots = alive.reduce((sum, { queues }) => sum + (queues[queue] ?? 0), 0)
  const oldest = Math.max(0, ...alive.map(({ beatAgeSeconds }) => Math.round(beatAgeSeconds)))
  const who = `${counted(alive.length, 'worker')} on ${counted(hosts, 'host')}`
  return `${who}, ${counted(slots, 'job')} at once; each had a heartbeat within ${oldest} s`
}
