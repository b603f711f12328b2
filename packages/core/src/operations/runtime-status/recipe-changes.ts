import type { SqlExecutor } from '@rindle/prisma'
import { number, text, time, timeOrNull } from '../../kernel/sql/row-values.ts'
import type { RecipeChange } from './report.ts'

const MOST_CHANGES = 100

/**
 * Recipes that the workers which started last have declared, and whose existing variants are still being compared, or of
 * which some were marked as stale within the last week. The latest first.
 */
export async function recipeChanges(tx: SqlExecutor, profile: string | null): Promise<readonly RecipeChange[]> {
  const { rows } = await tx.executeSql(
    `select profile, variant, declared_at, checked_at, marked from rindle.media_declared_variants
     where (checked_at is null or marked > 0 and declared_at > now() - interval '7 days')
       and ($1::text is null or profile = $1::text)
     order by declared_at desc, profile, variant limit ${MOST_CHANGES}`,
    [profile],
  )
  return rows.map((row) => ({
    profile: text(row, 'profile'),
    variant: text(row, 'variant'),
    declaredAt: time(row, 'declared_at'),
    comparedAt: timeOrNull(row, 'checked_at'),
    markedStale: number(row, 'marked'),
  }))
}
