import type { PgBoss } from 'pg-boss'
import type { Statement } from './statements.ts'

/** Runs one of our statements on the connections of `boss`. */
export async function runStatement(boss: PgBoss, { text, values }: Statement): Promise<Record<string, unknown>[]> {
  const result = await boss.getDb().executeSql(text, values)
  return result.rows as Record<string, unknown>[]
}
