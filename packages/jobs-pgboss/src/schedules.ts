import { isDeepStrictEqual } from 'node:util'
import { type JsonObject, QUEUE_NAMES, type QueueName, RindleError } from '@rindle/core'
import { type Database, errorText, type JobRequest, type JobSchedule } from '@rindle/core/adapter'
import { PgBoss } from 'pg-boss'
import { mapError } from './map-error.ts'
import { findSchedules } from './statements.ts'

/**
 * Registers a cron job, or replaces it. Leaves an identical one alone, so that its row keeps the time since which it is
 * registered. `invalid_input` for an invalid name or expression.
 */
export async function registerSchedule(boss: PgBoss, name: string, cron: string, request: JobRequest): Promise<void> {
  assertName(name)
  assertCron(boss, name, cron)
  const { queue, key, payload } = request
  // A run that came due while no worker was alive is made up for once.
  const options = { key: name, tz: 'UTC', missed: 'once', singletonKey: key } as const
  try {
    const [current] = await boss.getSchedules(queue, name)
    const isSame = current?.cron === cron && isDeepStrictEqual([current.data, current.options], [payload, options])
    if (!isSame) await boss.schedule(queue, cron, payload, options)
  } catch (error) {
    throw mapError(error, `scheduling "${name}"`)
  }
}

/** The cron jobs of our queues, through the connections of the instance; none if pg-boss is not there yet. */
export async function readSchedules(database: Database, schema: string): Promise<readonly JobSchedule[]> {
  const db = { executeSql: (text: string, values?: unknown[]) => database.executeSql(text, values) }
  // Never started, because it only computes.
  const boss = new PgBoss({ db, schema, supervise: false, schedule: false })
  try {
    const { rows } = await database.executeSql('select to_regclass($1::text) is not null as exists', [
      `${schema}.schedule`,
    ])
    if (rows[0]?.['exists'] !== true) return []
    const statement = findSchedules(schema, QUEUE_NAMES)
    const { rows: found } = await database.executeSql(statement.text, statement.values)
    return found.map((row) => scheduleOf(boss, row))
  } catch (error) {
    throw mapError(error, 'reading the schedules')
  }
}

function scheduleOf(boss: PgBoss, row: Readonly<Record<string, unknown>>): JobSchedule {
  const cron = String(row['cron'])
  return {
    name: String(row['name']),
    queue: row['queue'] as QueueName,
    cron,
    payload: (row['payload'] ?? {}) as JsonObject,
    since: new Date(row['since'] as Date | string),
    nextAfter: (time) => nextAfter(boss, cron, time),
  }
}

/**
 * The next time of an expression. One that was written into the table by hand may be invalid: pg-boss warns and never
 * runs it.
 */
function nextAfter(boss: PgBoss, cron: string, time: Date): Date | null {
  try {
    return boss.previewSchedule(cron, { tz: 'UTC', from: time, count: 1 })[0] ?? null
  } catch {
    return null
  }
}

function assertName(name: string): void {
  if (/^[A-Za-z0-9_.-]+$/.test(name)) return
  throw new RindleError('invalid_input', `The schedule name "${name}" may only hold letters, digits, ".", "-" and "_".`)
}

/** Refuses what only pg-boss would accept: six fields, and recurrence rules. */
function assertCron(boss: PgBoss, name: string, cron: string): void {
  const message = `The cron expression "${cron}" of schedule "${name}" cannot be used`
  if (cron.trim().split(/\s+/).length !== 5)
    throw new RindleError('invalid_input', `${message}: it must have five fields.`)
  try {
    boss.previewSchedule(cron, { count: 1 })
  } catch (error) {
    throw new RindleError('invalid_input', `${message}: ${errorText(error)}.`, { cause: error })
  }
}
