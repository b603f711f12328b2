import type { JsonObject } from '../domain/errors.ts'
import type { QueueName } from '../domain/queues.ts'
import { WORK_CLASSES } from '../domain/recipe-facts.ts'

const isText = (value: unknown): value is string => typeof value === 'string'
const namesAsset = ({ assetId }: JsonObject): boolean => isText(assetId)
const namesVariants = ({ assetId, class: workClass }: JsonObject): boolean =>
  isText(assetId) && WORK_CLASSES.some((known) => known === workClass)

const KNOWN: Readonly<Record<QueueName, (payload: JsonObject) => boolean>> = {
  rindle_promote: namesAsset,
  rindle_process: namesVariants,
  rindle_media: namesVariants,
  rindle_purge: ({ assetId, storageKey = '' }) => isText(assetId) && isText(storageKey),
  rindle_maintenance: ({ task }) => isText(task),
}

/**
 * Whether this version knows what a job asks for. A newer one may put more into a queue; during a rolling deployment an
 * older worker leaves that to it. Pure.
 */
export function isKnownJob(queue: QueueName, payload: JsonObject): boolean {
  return KNOWN[queue](payload)
}
