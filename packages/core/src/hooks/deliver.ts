import type { DeliveryOutcome } from '../domain/delivery-attempts.ts'
import { failureOf } from '../domain/failures.ts'
import { deliveryKeys, drainKeys, keyFor } from '../domain/queues.ts'
import type { EventTarget } from '../kernel/event-targets.ts'
import { handedOn } from '../kernel/handed-on.ts'
import { payloadText } from '../kernel/payload-text.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { DeadJob, JobRequest, RunningJob } from '../ports/jobs.ts'
import { callHandler } from './call-handler.ts'
import { type ClaimedDelivery, claimDelivery, type DeliveryLine, releaseClaim } from './claim-delivery.ts'
import { drainTarget } from './drain-target.ts'
import { settleDelivery } from './settle-delivery.ts'
import { holdWithoutCode } from './target-health.ts'
import { sendWebhook, WEBHOOK_TIMEOUT_MS } from './webhooks/send-webhook.ts'

/**
 * The job `rindle_events`: delivers what waits of one asset for one target, in order, until nothing is due; or, without
 * an asset, brings back the deliveries of a whole target. Its own failures, an outage of the database for instance, hand
 * it on; a failed delivery is none.
 */
export async function deliverEvents(runtime: Runtime, job: RunningJob): Promise<void> {
  try {
    if (!('assetId' in job.payload)) await drainTarget(runtime, job)
    else await deliverLine(runtime, job, lineOf(job))
  } catch (error) {
    const failure = failureOf(error)
    const isRetried = failure.kind === 'defect' && !job.isLastAttempt
    // A stopping worker gives the job back.
    if (isRetried || job.signal.aborted) throw error
    await handOn(runtime, job, failure)
  }
}

/** Handles a job whose worker died on its last attempt: another one continues. */
export function deliveriesDied(runtime: Runtime, job: DeadJob): Promise<void> {
  return handOn(runtime, job, { kind: 'outage' })
}

async function handOn(runtime: Runtime, job: DeadJob, failure: Parameters<typeof handedOn>[1]): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    if ('assetId' in job.payload) await releaseClaim(unit, job.id, lineOf(job))
    unit.enqueue(later(handedOn(job, failure)))
  })
}

/** Under the key of jobs that wait, so that it does not absorb a request for one at once. */
function later(request: JobRequest): JobRequest {
  const { target, assetId } = request.payload
  if (typeof target !== 'string') return request
  const keys = typeof assetId === 'string' ? deliveryKeys(target, assetId) : drainKeys(target)
  return { ...request, key: keyFor(keys, request.delaySeconds ?? 0) }
}

function lineOf({ payload }: DeadJob): DeliveryLine {
  return { target: payloadText(payload, 'target'), assetId: payloadText(payload, 'assetId') }
}

async function deliverLine(runtime: Runtime, job: RunningJob, line: DeliveryLine): Promise<void> {
  const target = runtime.hooks.targets.get(line.target)
  if (target === undefined) return leaveToOthers(runtime, job, line)
  const attemptMs = target.kind === 'webhook' ? WEBHOOK_TIMEOUT_MS : runtime.hooks.handlerTimeoutMs
  for (;;) {
    job.signal.throwIfAborted()
    const delivery = await claimDelivery(runtime, job, line, attemptMs)
    if (delivery === null) return
    const startedAt = performance.now()
    const outcome = await attempt(runtime, job, target, delivery)
    if (outcome === 'unknown') return leaveToOthers(runtime, job, line)
    announce(runtime, target, delivery, outcome, startedAt)
    if (outcome === null) continue
    if ((await settleDelivery(runtime, job, delivery, outcome)) === 'end') return
  }
}

/** `null`: it is handled, and recorded. `unknown`: only a newer version has a handler for this type of event. */
async function attempt(
  runtime: Runtime,
  job: RunningJob,
  target: EventTarget,
  delivery: ClaimedDelivery,
): Promise<DeliveryOutcome | null | 'unknown'> {
  const { type } = delivery.event
  if (!target.types.includes(type)) return 'unknown'
  if (target.kind === 'webhook') return sendWebhook(target.webhook, delivery.event, runtime.now(), job.signal)
  const handler = target.handlers.get(type)
  return handler === undefined ? 'unknown' : callHandler(runtime, job, delivery, handler)
}

/**
 * Leaves a line to a process that has the code, or the URL, of its target. While no worker has it, the target is held,
 * so that its jobs do not go round.
 */
async function leaveToOthers(runtime: Runtime, job: RunningJob, line: DeliveryLine): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    await releaseClaim(unit, job.id, line)
    const isHeld = await holdWithoutCode(unit, line.target)
    if (!isHeld) unit.enqueue(later(handedOn(job, { kind: 'lack' })))
  })
}

function announce(
  { events }: Runtime,
  { name, kind }: EventTarget,
  { event, attempt: count, isLastTry }: ClaimedDelivery,
  outcome: DeliveryOutcome | null,
  startedAt: number,
): void {
  const isDone = outcome === null || outcome.kind === 'delivered'
  const failed = isLastTry && outcome?.kind !== 'gone' ? 'dead' : (outcome?.kind ?? 'failed')
  const metadata = { target: name, kind, type: event.type, result: isDone ? 'delivered' : failed } as const
  const durationUs = Math.round((performance.now() - startedAt) * 1_000)
  events.emit({ name: 'rindle.hook.attempt', metadata, measurements: { durationUs, attempt: count } })
}
