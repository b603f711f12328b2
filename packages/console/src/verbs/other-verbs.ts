import { type EventTargetStatus, type RedeliverOptions, type Rindle, RindleError } from '@rindle/core'
import { numbersOf, type SubjectVerb } from './verb.ts'

const ENDED = ['completed', 'aborted', 'expired']

/** The verbs of uploads, and of the targets of events. */
export const OTHER_VERBS: readonly SubjectVerb[] = [
  {
    name: 'abortUpload',
    label: 'Abort',
    effect: 'Ends the upload, and deletes the bytes sent so far.',
    isDestructive: true,
    over: 'upload',
    fields: [],
    command: (ids) => ids.map((id) => `await rindle.abortUpload('${id}')`).join('\n'),
    foresee: async (rindle, id) => {
      const session = await rindle.uploadSession(id)
      if (ENDED.includes(session.state)) throw stays(`It is ${session.state}.`)
      const asset = await rindle.asset(session.assetId)
      return { name: asset?.filename ?? id, detail: session.state, numbers: { aborted: 1 } }
    },
    act: async (rindle, id) => {
      await rindle.abortUpload(id)
      return { aborted: 1 }
    },
  },
  {
    name: 'redeliver',
    label: 'Redeliver',
    effect: 'Tries failed deliveries again, with the same ids.',
    isDestructive: false,
    over: 'target',
    fields: [],
    command: (ids) => ids.map((id) => `rindle redeliver ${isEvent(id) ? id : `--target ${id}`}`).join('\n'),
    foresee: async (rindle, id) => {
      const report = await rindle.redeliver({ ...givenUp(id), dryRun: true })
      if (report.found === 0) throw stays('There are no failed deliveries.')
      return { name: id, numbers: { found: report.found } }
    },
    act: async (rindle, id) => numbersOf(await rindle.redeliver(givenUp(id))),
  },
  {
    name: 'pauseDeliveries',
    label: 'Pause',
    effect: 'Keeps its events until you resume it. No event is lost.',
    isDestructive: false,
    over: 'target',
    fields: [],
    command: (ids) => ids.map((id) => `rindle pause-deliveries ${id}`).join('\n'),
    foresee: async (rindle, name) => {
      const { pausedAt, pending } = await targetOf(rindle, name)
      if (pausedAt !== null) throw stays('It is paused.')
      return { name, numbers: { waiting: pending } }
    },
    act: async (rindle, name) => ({ paused: Number((await rindle.pauseDeliveries(name)).changed) }),
  },
  {
    name: 'resumeDeliveries',
    label: 'Resume',
    effect: 'Delivers the waiting events.',
    isDestructive: false,
    over: 'target',
    fields: [],
    command: (ids) => ids.map((id) => `rindle resume-deliveries ${id}`).join('\n'),
    foresee: async (rindle, name) => {
      const target = await targetOf(rindle, name)
      if (!isHeld(target)) throw stays('It is not paused, disabled or unreachable.')
      return { name, numbers: { waiting: target.pending } }
    },
    act: async (rindle, name) => ({ resumed: Number((await rindle.resumeDeliveries(name)).changed) }),
  },
]

/** The verbs that a target would accept now. Pure. */
export function offeredForTarget(target: EventTargetStatus): readonly string[] {
  return [
    ...(target.dead > 0 ? ['redeliver'] : []),
    ...(target.pausedAt === null ? ['pauseDeliveries'] : []),
    ...(isHeld(target) ? ['resumeDeliveries'] : []),
  ]
}

function isHeld({ pausedAt, disabledAt, heldUntil }: EventTargetStatus): boolean {
  return pausedAt !== null || disabledAt !== null || heldUntil !== null
}

/** An event by its id, or else everything of a target. Pure. */
function givenUp(id: string): RedeliverOptions {
  return isEvent(id) ? { eventId: id } : { target: id }
}

function isEvent(id: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)
}

async function targetOf(rindle: Rindle, name: string): Promise<EventTargetStatus> {
  const target = (await rindle.eventTargets()).find((each) => each.name === name)
  if (target === undefined) throw new RindleError('not_found', `There is no target "${name}".`)
  return target
}

function stays(why: string): RindleError {
  return new RindleError('conflict', why, { retryable: false })
}
