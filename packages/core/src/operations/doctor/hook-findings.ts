import { counted } from '../../domain/counted.ts'
import { knownWorkers } from '../../jobs/live-workers.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { type EventTargetStatus, eventTargets } from '../deliveries/event-targets.ts'

/** Checks that each target of events gets them, and that this process and the database agree on what is wanted. */
export async function* hookFindings(runtime: Runtime): AsyncGenerator<Finding> {
  const targets = await eventTargets(runtime)
  const known = new Map(targets.map((target) => [target.name, target]))
  const isAnybodyWorking = (await knownWorkers(runtime)).length > 0
  for (const name of runtime.hooks.targets.keys()) if (!known.has(name)) yield undeclared(name)
  for (const target of targets) yield targetFinding(target, isAnybodyWorking)
}

function undeclared(name: string): Finding {
  return {
    id: 'hooks.target',
    status: 'warn',
    summary: `${name} is configured here, but no running process has declared it, so its events are not written`,
    fix: 'Start the application or a worker with this configuration.',
  }
}

/** Judges one target. Pure. */
export function targetFinding(target: EventTargetStatus, isAnybodyWorking: boolean): Finding {
  const id = 'hooks.target'
  const { name, disabledAt, pausedAt, heldReason, workers, dead, pending } = target
  if (disabledAt !== null) {
    const fix = `Run \`rindle resume-deliveries ${name}\` if the receiver still exists, or \`rindle forget-target ${name} --live\` if it does not.`
    return { id, status: 'error', summary: `${name} answered 410 and is disabled, ${waits(pending)}`, fix }
  }
  if (workers === 0 && isAnybodyWorking) {
    const fix = `Start a worker with the configuration of ${name}, or forget it: \`rindle forget-target ${name} --live\`.`
    return { id, status: 'warn', summary: `no living worker has ${name}, ${waits(pending)}`, fix }
  }
  if (pausedAt !== null) {
    const fix = `Run \`rindle resume-deliveries ${name}\`.`
    return {
      id,
      status: 'warn',
      summary: `${name} has been paused since ${pausedAt.toISOString()}, ${waits(pending)}`,
      fix,
    }
  }
  if (heldReason === 'unreachable') {
    const fix = 'Start the receiver, or correct its URL. Its events are delivered as soon as it answers.'
    return { id, status: 'warn', summary: `${name} does not answer, ${waits(pending)}`, fix }
  }
  if (dead > 0) {
    const fix = `Repair it, then run \`rindle redeliver --target ${name}\`.`
    return { id, status: 'warn', summary: `${name}: ${counted(dead, 'event')} given up`, fix }
  }
  return { id, status: 'ok', summary: `${name}: ${waits(pending)}` }
}

function waits(count: number): string {
  return count === 1 ? '1 event waits' : `${count} events wait`
}
