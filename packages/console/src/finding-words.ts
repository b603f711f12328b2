import type { StatusClass, StatusFinding } from '@rindle/core'
import { count } from './parts/format.ts'

/** The words of a finding after its number: of one, and of more. */
const WORDS: Partial<Readonly<Record<StatusClass, readonly [one: string, more: string]>>> = {
  no_worker: ['queue has no worker', 'queues have no worker'],
  stuck_promotion: ['upload waits for something to be mended', 'uploads wait for something to be mended'],
  waiting_work: ['variant waits for something to be mended', 'variants wait for something to be mended'],
  dead_job: ['queue has dead jobs', 'queues have dead jobs'],
  stuck_asset: ['asset is checked by nobody', 'assets are checked by nobody'],
  queue_starved: ['variant is queued without a job', 'variants are queued without a job'],
  orphan_suspect: ['variant is made by nobody', 'variants are made by nobody'],
  refused_by_outage: ['file was refused because of an outage', 'files were refused because of an outage'],
  failed_work: ['variant failed', 'variants failed'],
  lost_original: ['original is gone', 'originals are gone'],
  damaged_original: ['original is damaged', 'originals are damaged'],
  storage_drift: ['variant has lost its object', 'variants have lost their objects'],
  mirror_lag: ['change has not reached its mirror', 'changes have not reached their mirrors'],
  dead_delivery: ['delivery was given up', 'deliveries were given up'],
  disabled_target: ['target of events says that it is gone', 'targets of events say that they are gone'],
  unserved_target: ['target of events is served by no worker', 'targets of events are served by no worker'],
  undelivered_event: ['event does not reach its target', 'events do not reach their targets'],
  overdue_session: ['upload is past its time', 'uploads are past their time'],
  resumable_stale: ['resumable upload is past its time', 'resumable uploads are past their time'],
  backlog: ['queue has a backlog', 'queues have a backlog'],
  paused_target: ['target of events is paused', 'targets of events are paused'],
  recipe_drift: ['variant follows an old recipe', 'variants follow an old recipe'],
  unfinished_move: ['asset was left in the midst of a move', 'assets were left in the midst of a move'],
  expired_session: ['expired upload can be cleaned up', 'expired uploads can be cleaned up'],
  expired_staging: ['unfinished upload left something', 'unfinished uploads left something'],
  maintenance_unscheduled: ['schedule is missing', 'schedules are missing'],
  maintenance_overdue: ['scheduled verb is overdue', 'scheduled verbs are overdue'],
  maintenance_failed: ['scheduled verb failed', 'scheduled verbs failed'],
  refused_work: ['variant cannot be made from its file', 'variants cannot be made from their files'],
  cancelled_work: ['variant was cancelled', 'variants were cancelled'],
  probe_drift: ['asset lacks facts of its file', 'assets lack facts of their files'],
  failed_session: ['refused upload left something', 'refused uploads left something'],
  quarantined_asset: ['file is in quarantine', 'files are in quarantine'],
  moved_objects: ['moved asset has left objects behind', 'moved assets have left objects behind'],
  unattached_asset: ['asset is held by nobody', 'assets are held by nobody'],
}

/** A finding as the beginning of a sentence: "37 variants failed"; of a class without words its name. Pure. */
export function findingWords({ class: name, count: found, isAtLeast }: StatusFinding): string {
  const [one, more] = WORDS[name] ?? [name.replaceAll('_', ' '), name.replaceAll('_', ' ')]
  return `${isAtLeast ? 'At least ' : ''}${count(found)} ${found === 1 && !isAtLeast ? one : more}`
}
