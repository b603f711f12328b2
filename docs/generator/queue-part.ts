import type { QueueName } from '@rindle/core'
import { QUEUES } from '@rindle/core/adapter'
import { code, table } from './markdown.ts'

const WORK: Readonly<Record<QueueName, string>> = {
  rindle_fetch: 'the download of one upload from a URL',
  rindle_promote: 'gate, probe and promotion of one asset',
  rindle_process: 'the image variants of one asset and class',
  rindle_media: 'AV variants of one asset',
  rindle_purge: 'deletion of one asset, or of an object that was replaced',
  rindle_maintenance: 'one scheduled verb',
  rindle_events: 'the events of one asset for one target, or what waits for a whole target',
}

/** The queues, from the table that workers use. */
export function queuePart(): string {
  const rows = Object.entries(QUEUES).map(([queue, { attempts, concurrency }]) => [
    code(queue),
    WORK[queue as QueueName],
    String(attempts),
    String(concurrency),
  ])
  return table(['queue', 'a job is', 'attempts', 'at once in a process'], rows)
}
