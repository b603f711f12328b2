import { type JsonObject, type Rindle, RindleError } from '@rindle/core'
import type { Call } from '../call.ts'
import { type Agreement, assertExpected, fieldsOf } from './act.ts'
import { type Fields, numbersOf, type WalkVerb } from './verb.ts'
import { WALK_VERBS } from './walk-verbs.ts'

/** What a person asks for. */
export interface AskedRun {
  readonly verb: WalkVerb
  readonly fields: Fields
  readonly isLive: boolean
}

/** Long enough for a small installation to show the result at once. */
const SHOWN_AT_ONCE_MS = 1_500

/**
 * Runs of maintenance that go on when their request is answered, in this process: at most one of each verb. Their
 * progress and their results are in the operator log, so that every process can show them.
 */
export class MaintenanceRuns {
  readonly #running = new Map<string, AbortController>()

  /** Whether this process can stop a run of the verb. */
  isRunning(verb: string): boolean {
    return this.#running.has(verb)
  }

  /** Ends a run between two items. */
  stop(verb: string): void {
    this.#running.get(verb)?.abort()
  }

  /**
   * Begins a run, and waits a moment for its end. An error within that moment is thrown; a later one is in the log
   * alone. `forbidden`; `conflict` while the verb runs, and when more qualifies by now than was agreed to.
   */
  async begin(call: Call, asked: AskedRun, agreed: Agreement): Promise<void> {
    const run = this.#run(call, asked, agreed)
    let timer: NodeJS.Timeout | undefined
    const moment = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SHOWN_AT_ONCE_MS)
    })
    try {
      await Promise.race([run, moment])
    } finally {
      clearTimeout(timer)
      // The log has the error; nobody waits for this promise any more.
      run.catch(() => {})
    }
  }

  async #run(call: Call, { verb, fields, isLive }: AskedRun, agreed: Agreement): Promise<void> {
    const scope: JsonObject = { ...fields, ...(agreed.why === '' ? {} : { why: agreed.why }) }
    const action = { actor: call.actorId, verb: verb.name, scope, dryRun: !isLive }
    await call.rindle.actAsOperator(action, async (note) => {
      if (!(await call.can(verb.name))) throw new RindleError('forbidden', `You may not call ${verb.name}.`)
      if (this.#running.has(verb.name))
        throw new RindleError('conflict', `${verb.label} is running.`, { retryable: false })
      const stopping = new AbortController()
      this.#running.set(verb.name, stopping)
      try {
        const walk = { fields, signal: stopping.signal }
        if (isLive) assertExpected(await countNow(call.rindle, verb, walk), agreed.expect)
        const onProgress = (
          counts: object,
          { done, total }: { readonly done: number; readonly total: number | null },
        ) => note({ ...counts, progressDone: done, ...(total === null ? {} : { progressTotal: total }) })
        const report = await verb.run(call.rindle, { ...walk, isLive, onProgress })
        return {
          ...numbersOf(report),
          ...('stopped' in report ? { stopped: lengthOf(report['stopped']) } : {}),
          ...(report['interrupted'] === true ? { interrupted: 1 } : {}),
        }
      } finally {
        this.#running.delete(verb.name)
      }
    })
  }
}

const INSTANCES = new WeakMap<Rindle, MaintenanceRuns>()

/** Returns the runs of an instance in this process. */
export function runsOf(rindle: Rindle): MaintenanceRuns {
  const known = INSTANCES.get(rindle)
  if (known !== undefined) return known
  const runs = new MaintenanceRuns()
  INSTANCES.set(rindle, runs)
  return runs
}

/** The dry run again: more may qualify by now. */
async function countNow(
  rindle: Rindle,
  verb: WalkVerb,
  walk: { readonly fields: Fields; readonly signal: AbortSignal },
): Promise<number> {
  return numbersOf(await verb.run(rindle, { ...walk, isLive: false }))[verb.counted] ?? 0
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

/** Reads a run from a form. `not_found`. */
export function readAskedRun(name: string, form: URLSearchParams): AskedRun {
  const verb = WALK_VERBS.find((each) => each.name === name)
  if (verb === undefined) throw new RindleError('not_found', `The console has no maintenance verb "${name}".`)
  return { verb, fields: fieldsOf(verb.fields, form), isLive: form.get('mode') === 'live' }
}
