import { isRindleError, type JsonObject, RindleError } from '@rindle/core'
import type { Call } from '../call.ts'
import { ASSET_VERBS } from './asset-verbs.ts'
import { matching } from './matching.ts'
import { OTHER_VERBS } from './other-verbs.ts'
import { TRASH_VERBS } from './trash-verbs.ts'
import type { Fields, Numbers, Outlook, SubjectVerb } from './verb.ts'

/** More is work for a verb that walks; the log has room for so many ids. */
const MOST_SUBJECTS = 300

/** The verbs over chosen subjects. */
export const SUBJECT_VERBS: readonly SubjectVerb[] = [...ASSET_VERBS, ...TRASH_VERBS, ...OTHER_VERBS]

/** What a person asks for. */
export interface Asked {
  readonly verb: SubjectVerb
  readonly ids: readonly string[]
  readonly fields: Fields
  /** The filter by which they were found, as a query; `null`: they were chosen one by one. */
  readonly match: string | null
  /** Whether more match than are taken at once. */
  readonly isCut: boolean
}

/** The dry run over all subjects. */
export interface Foreseen {
  readonly goes: readonly (Outlook & { readonly id: string })[]
  readonly stays: readonly { readonly id: string; readonly refusal: RindleError }[]
  /** Summed over what goes. */
  readonly numbers: Numbers
}

/**
 * Reads a verb with its subjects from a query or a form: those that are named, or else the assets that a filter finds.
 * `not_found`, `invalid_input`.
 */
export async function readAsked(
  { rindle }: Pick<Call, 'rindle'>,
  name: string,
  given: URLSearchParams,
): Promise<Asked> {
  const verb = SUBJECT_VERBS.find((each) => each.name === name)
  if (verb === undefined) throw new RindleError('not_found', `The console has no verb "${name}".`)
  const match = verb.over === 'asset' ? given.get('match') : null
  // A form names what its page showed: others may match by now.
  const named = [...new Set(given.getAll('id'))]
  const isMatching = match !== null && !given.has('expect')
  const { ids, isCut } = isMatching ? await matching(rindle, match, MOST_SUBJECTS) : { ids: named, isCut: false }
  if (ids.length === 0) {
    const why = isMatching ? 'Nothing matches any more.' : 'Nothing is selected. Go back and select at least one asset.'
    throw new RindleError('invalid_input', why)
  }
  if (ids.length > MOST_SUBJECTS) {
    throw new RindleError('invalid_input', `You can select at most ${MOST_SUBJECTS}. You selected ${ids.length}.`)
  }
  return { verb, ids, fields: fieldsOf(verb.fields, given), match, isCut }
}

/** The given ones of the fields that a verb takes; an empty one is not given. */
export function fieldsOf(names: readonly string[], given: URLSearchParams): Fields {
  const entries = names.map((name) => [name, given.get(name) ?? ''] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

/** Runs dry over every subject. A refusal keeps its subject from the verb; an outage ends the whole dry run. */
export async function foresee({ rindle }: Call, { verb, ids, fields }: Asked): Promise<Foreseen> {
  const goes: Foreseen['goes'][number][] = []
  const stays: Foreseen['stays'][number][] = []
  for (const id of ids) {
    try {
      goes.push({ id, ...(await verb.foresee(rindle, id, fields)) })
    } catch (error) {
      if (!isRefusal(error)) throw error
      stays.push({ id, refusal: error })
    }
  }
  return { goes, stays, numbers: sumOf(goes.map(({ numbers }) => numbers)) }
}

/**
 * Does it, with a row in the log whatever the outcome. Refuses with `forbidden`, and with `conflict` when more
 * qualifies by now than the person has agreed to.
 */
export async function act(call: Call, asked: Asked, agreed: Agreement): Promise<Numbers> {
  const { verb, ids, fields, match } = asked
  const scope: JsonObject = {
    [verb.over]: ids.length === 1 ? (ids[0] ?? '') : `${ids.length} selected`,
    ...(ids.length === 1 ? {} : { ids: [...ids] }),
    ...(match === null ? {} : { match: match.slice(0, 500) }),
    ...fields,
    ...(agreed.why === '' ? {} : { why: agreed.why }),
  }
  return call.rindle.actAsOperator({ actor: call.actorId, verb: verb.name, scope }, async () => {
    if (!(await call.can(verb.name))) {
      throw new RindleError('forbidden', `You may not call ${verb.name}.`)
    }
    const { goes, stays } = await foresee(call, asked)
    assertExpected(goes.length, agreed.expect)
    if (goes.length === 0)
      throw new RindleError('conflict', stays[0]?.refusal.message ?? 'Nothing qualifies.', { retryable: false })
    const done: Numbers[] = []
    let errors = 0
    for (const { id } of goes) {
      try {
        done.push(await verb.act(call.rindle, id, fields))
      } catch (error) {
        if (goes.length === 1 || !isRindleError(error)) throw error
        errors += 1
      }
    }
    return { ...sumOf(done), selected: ids.length, done: done.length, leftAlone: stays.length, errors }
  })
}

/** What a person has confirmed. */
export interface Agreement {
  /** How many qualified when they did; `null`: they were not asked. */
  readonly expect: number | null
  /** Their reason, for the log; may be empty. */
  readonly why: string
}

/** Reads the agreement of a form. The number is typed before a loss, and must be the one that was shown. */
export function agreementOf(form: URLSearchParams, { isDestructive }: { readonly isDestructive: boolean }): Agreement {
  const shown = form.get('expect') ?? ''
  const isAgreed = /^\d{1,9}$/.test(shown) && (!isDestructive || form.get('typed')?.trim() === shown)
  return { expect: isAgreed ? Number(shown) : null, why: (form.get('reason') ?? '').slice(0, 500) }
}

/** Refuses when more qualifies than was agreed to, and without an agreement. `conflict`. */
export function assertExpected(count: number, expect: number | null): void {
  if (expect !== null && count <= expect) return
  const agreed = expect === null ? 'you confirmed no number' : `${expect} were confirmed`
  throw new RindleError('conflict', `${count} qualify now, and ${agreed}. Check the dry run, and confirm again.`, {
    retryable: false,
  })
}

function isRefusal(error: unknown): error is RindleError {
  return isRindleError(error) && !error.retryable
}

function sumOf(all: readonly Numbers[]): Numbers {
  const sum: Record<string, number> = {}
  for (const numbers of all) {
    for (const [name, value] of Object.entries(numbers)) sum[name] = (sum[name] ?? 0) + value
  }
  return sum
}
