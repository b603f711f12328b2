import { validate } from 'uuid'
import { isRindleError, type JsonObject, RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { boolean, json, text, textOrNull, time, timeOrNull } from '../kernel/sql/row-values.ts'
import { errorFields } from '../ports/logger.ts'

/** How an operator's action ended: `running` also stays where the process of an action died. */
export const OPERATOR_OUTCOMES = ['running', 'done', 'refused', 'failed'] as const

/** One of {@link OPERATOR_OUTCOMES}. */
export type OperatorOutcome = (typeof OPERATOR_OUTCOMES)[number]

/** A change that a person asks for. */
export interface OperatorAction {
  /** The person, as your application names them: an id or an address, up to 255 characters. */
  readonly actor: string
  /** The name of the verb: `purgeAsset`. */
  readonly verb: string
  /** Its subject and options, without secrets: up to 16 KiB as JSON. @default none */
  readonly scope?: JsonObject
  /** Whether it only counts. @default false */
  readonly dryRun?: boolean
}

/** An action of a person, as the log has it. */
export interface RecordedAction {
  /** A UUIDv7: later actions have greater ids. */
  readonly id: string
  readonly actor: string
  readonly verb: string
  readonly scope: JsonObject
  readonly dryRun: boolean
  /** The numbers of the report; those of its progress while it runs; `null` if it was refused or has failed. */
  readonly numbers: Readonly<Record<string, number>> | null
  readonly outcome: OperatorOutcome
  /** A code: why it was refused or has failed. */
  readonly errorReason: string | null
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

/** Options of {@link operatorActions}. */
export interface OperatorActionsOptions {
  /** Only of this person. @default all */
  readonly actor?: string
  /** Only this verb. @default all */
  readonly verb?: string
  /** Continues after a page: its `next`. @default at the latest action */
  readonly after?: string
  /** Rows of a page, from 1 to 1,000. @default 50 */
  readonly limit?: number
}

/** A page of actions, the latest first. */
export interface OperatorActionPage {
  readonly actions: readonly RecordedAction[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

const MOST_CHARACTERS = 255
const MOST_SCOPE_BYTES = 16_384
const PROGRESS_EVERY_MS = 1_000
const DEFAULT_LIMIT = 50
const MOST_ROWS = 1_000

/** Numbers of an action that still runs, for those who read the log meanwhile. */
export type NoteNumbers = (numbers: Readonly<Record<string, number>>) => void

/**
 * Does `work` for a person, and writes one row about it: before it begins, so that a process that dies leaves a trace,
 * and its outcome at its end. The numbers of the report that `work` returns become those of the row; until then it may
 * note numbers of its progress, of which the row gets the latest once a second. An error of `work` is recorded, and
 * thrown again: as `refused` if the same call would be refused again, else as `failed`. Where the row cannot be written,
 * `work` does not begin. `invalid_input`.
 */
export async function actAsOperator<R extends object | void>(
  runtime: Runtime,
  action: OperatorAction,
  work: (note: NoteNumbers) => Promise<R>,
): Promise<R> {
  const id = await begin(runtime, action)
  let report: R
  try {
    report = await work(progressOf(runtime, id))
  } catch (error) {
    const outcome = isRindleError(error) && !error.retryable ? 'refused' : 'failed'
    await write(runtime, id, { outcome, errorReason: failureOf(error).reason, numbers: null })
    throw error
  }
  await write(runtime, id, { outcome: 'done', errorReason: null, numbers: numbersOf(report) })
  return report
}

/** Writes the latest numbers at most once a second, one statement at a time. */
function progressOf(runtime: Runtime, id: string): NoteNumbers {
  let writtenAt = Number.NEGATIVE_INFINITY
  let isWriting = false
  const writeDown = async (numbers: Readonly<Record<string, number>>): Promise<void> => {
    isWriting = true
    await write(runtime, id, { outcome: 'running', errorReason: null, numbers })
    writtenAt = performance.now()
    isWriting = false
  }
  return (numbers) => {
    if (!isWriting && performance.now() - writtenAt >= PROGRESS_EVERY_MS) void writeDown(numbers)
  }
}

async function begin({ database, newId }: Runtime, action: OperatorAction): Promise<string> {
  const { actor, verb, scope = {}, dryRun = false } = action
  assertWord('actor', actor)
  assertWord('verb', verb)
  const scopeText = JSON.stringify(scope)
  if (Buffer.byteLength(scopeText) > MOST_SCOPE_BYTES) {
    throw new RindleError('invalid_input', `The scope of an action must be at most ${MOST_SCOPE_BYTES} bytes as JSON.`)
  }
  const id = newId()
  await database.executeSql(
    `insert into rindle.media_operator_actions (id, actor, verb, scope, dry_run, outcome)
     values ($1::uuid, $2::text, $3::text, $4::jsonb, $5::boolean, 'running')`,
    [id, actor, verb, scopeText, dryRun],
  )
  return id
}

interface ActionState {
  readonly outcome: OperatorOutcome
  readonly errorReason: string | null
  readonly numbers: Readonly<Record<string, number>> | null
}

/**
 * Writes where an action stands, unless its end is written: progress may come late. Never rejects, because the action
 * goes on or is done, and a failure to record it must not look like a failure of the action.
 */
async function write({ database, logger }: Runtime, id: string, state: ActionState): Promise<void> {
  try {
    await database.executeSql(
      `update rindle.media_operator_actions
       set outcome = $2::text, error_reason = $3::text, numbers = $4::jsonb,
         finished_at = case when $2::text = 'running' then null else clock_timestamp() end
       where id = $1::uuid and outcome = 'running'`,
      [id, state.outcome, state.errorReason, state.numbers === null ? null : JSON.stringify(state.numbers)],
    )
  } catch (cause) {
    logger.warn({ actionId: id, ...errorFields(cause) }, "The state of an operator's action could not be recorded.")
  }
}

function numbersOf(report: object | void): Readonly<Record<string, number>> {
  if (typeof report !== 'object') return {}
  return Object.fromEntries(Object.entries(report).filter(([, value]) => typeof value === 'number'))
}

/** Lists actions of operators, the latest first. Changes nothing. `invalid_input`. */
export async function operatorActions(
  { database }: Runtime,
  options: OperatorActionsOptions = {},
): Promise<OperatorActionPage> {
  const { actor = null, verb = null, after = null, limit = DEFAULT_LIMIT } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_ROWS}.`)
  }
  if (after !== null && !validate(after)) {
    throw new RindleError('invalid_input', '`after` must be the `next` of another page.')
  }
  const given = [
    ...(actor === null ? [] : [['actor =', 'text', actor] as const]),
    ...(verb === null ? [] : [['verb =', 'text', verb] as const]),
    ...(after === null ? [] : [['id <', 'uuid', after] as const]),
  ]
  const conditions = given.map(([comparison, type], index) => `${comparison} $${index + 1}::${type}`)
  const { rows } = await database.executeSql(
    `select id, actor, verb, scope, dry_run, numbers, outcome, error_reason, started_at, finished_at
     from rindle.media_operator_actions
     ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
     order by id desc limit ${limit + 1}`,
    given.map(([, , value]) => value),
  )
  const actions = rows.slice(0, limit).map(actionFromRow)
  return { actions, next: rows.length > limit ? (actions.at(-1)?.id ?? null) : null }
}

function actionFromRow(row: Readonly<Record<string, unknown>>): RecordedAction {
  return {
    id: text(row, 'id'),
    actor: text(row, 'actor'),
    verb: text(row, 'verb'),
    scope: json<JsonObject>(row, 'scope'),
    dryRun: boolean(row, 'dry_run'),
    numbers: json<Readonly<Record<string, number>> | null>(row, 'numbers'),
    outcome: text(row, 'outcome') as OperatorOutcome,
    errorReason: textOrNull(row, 'error_reason'),
    startedAt: time(row, 'started_at'),
    finishedAt: timeOrNull(row, 'finished_at'),
  }
}

function assertWord(what: string, value: string): void {
  if (typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS && !value.includes('\0')) return
  throw new RindleError(
    'invalid_input',
    `The ${what} of an action must be a string of 1 to ${MOST_CHARACTERS} characters.`,
  )
}
