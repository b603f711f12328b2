import type { StatusClass, StatusFinding } from '@rindle/core'
import { count } from './parts/format.ts'

/** The words of a finding after its number: of one, and of more. */
const WORDS: Partial<Readonly<Record<StatusClass, readonly [one: string, more: string]>>> = {
  no_worker: ['queue has no worker', 'queues have no worker'],
  stuck_promotion: ['upload waits for a cause to be fixed', 'uploads wait for a cause to be fixed'],
  waiting_work: ['variant waits for a cause to be fixed', 'variants wait for a cause to be fixed'],
  dead_job: ['queue has dead jobs', 'queues have dead jobs'],
  stuck_asset: ['asset has no job to check it', 'assets have no job to check them'],
  queue_starved: ['variant is queued without a job', 'variants are queued without a job'],
  orphan_suspect: ['variant has no job to make it', 'variants have no job to make them'],
  refused_by_outage: ['file was refused because of an outage', 'files were refused because of an outage'],
  failed_work: ['variant failed', 'variants failed'],
  lost_original: ['original is gone', 'originals are gone'],
  damaged_original: ['original is damaged', 'originals are damaged'],
  storage_drift: ['variant has lost its object', 'variants have lost their objects'],
  mirror_lag: ['change has not reached its mirror', 'changes have not reached their mirrors'],
  dead_delivery: ['delivery was given up', 'deliveries were given up'],
  disabled_target: ['event receiver says that it is gone', 'event receivers say that they are gone'],
  unserved_target: ['event receiver has no worker', 'event receivers have no worker'],
  undelivered_event: ['event does not reach its receiver', 'events do not reach their receivers'],
  overdue_session: ['upload is past its deadline', 'uploads are past their deadline'],
  resumable_stale: ['resumable upload is past its deadline', 'resumable uploads are past their deadline'],
  backlog: ['queue has a backlog', 'queues have a backlog'],
  paused_target: ['event receiver is paused', 'event receivers are paused'],
  recipe_drift: ['variant has an old recipe', 'variants have an old recipe'],
  unfinished_move: ['asset is in the middle of a move', 'assets are in the middle of a move'],
  expired_session: ['expired upload can be cleaned up', 'expired uploads can be cleaned up'],
  expired_staging: ['unfinished upload left bytes behind', 'unfinished uploads left bytes behind'],
  maintenance_unscheduled: ['schedule is missing', 'schedules are missing'],
  maintenance_overdue: ['scheduled verb is overdue', 'scheduled verbs are overdue'],
  maintenance_failed: ['scheduled verb failed', 'scheduled verbs failed'],
  refused_work: ['variant cannot be made from its file', 'variants cannot be made from their files'],
  cancelled_work: ['variant was cancelled', 'variants were cancelled'],
  probe_drift: ['asset lacks facts about its file', 'assets lack facts about their files'],
  failed_session: ['refused upload left bytes behind', 'refused uploads left bytes behind'],
  quarantined_asset: ['file is in quarantine', 'files are in quarantine'],
  moved_objects: ['moved asset has left objects behind', 'moved assets have left objects behind'],
  unattached_asset: ['asset is attached nowhere', 'assets are attached nowhere'],
}

/** A finding as the beginning of a sentence: "37 variants failed"; of a class without words its name. Pure. */
export function findingWords({ class: name, count: found, isAtLeast }: StatusFinding): string {
  const [one, more] = WORDS[name] ?? [name.replaceAll('_', ' '), name.replaceAll('_', ' ')]
  return `${isAtLeast ? 'At least ' : ''}${count(found)} ${found === 1 && !isAtLeast ? one : more}`
}
