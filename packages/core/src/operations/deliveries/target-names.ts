import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { text } from '../../kernel/sql/row-values.ts'

/** The names of all targets that some process has declared. */
export async function targetNames({ database }: Pick<Runtime, 'database'>): Promise<readonly string[]> {
  const { rows } = await database.executeSql('select name from rindle.media_event_targets order by name')
  return rows.map((row) => text(row, 'name'))
}

/** Throws `not_found` for a target that no process has declared. */
export async function assertTarget(runtime: Pick<Runtime, 'database'>, target: string): Promise<void> {
  const known = await targetNames(runtime)
  if (!known.includes(target)) throw unknownTarget(target, known)
}

/** The error for a target that no process has declared. */
export function unknownTarget(target: string, known: readonly string[]): RindleError {
  const names = known.length === 0 ? 'None is declared.' : `Declared targets: ${known.join(', ')}.`
  return new RindleError('not_found', `There is no target "${target}". ${names}`, { details: { target } })
}
