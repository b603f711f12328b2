import { FILE_FAULTS } from '../../domain/failures.ts'
import type { VariantState } from '../../domain/states.ts'
import { DELIVERABLE } from '../../kernel/sql/state-literals.ts'
import { bothEnds, type Search, type SnapshotClass } from './snapshot-class.ts'

/** Whether the file itself is the reason: no worker can make the variant from it. */
const IS_FILE_FAULT = `coalesce(candidates.error_reason, '') in (${FILE_FAULTS.map((code) => `'${code}'`).join(', ')})`

/**
 * Variants in one state that a verb would take: declared ones, of deliverable assets. Leftovers of a rejected file, and
 * undeclared variants, are no work. The asset's row tells whether its original is damaged: the report then names the
 * asset.
 */
const variantsIn = (state: VariantState, condition = 'true'): Search => ({
  ...bothEnds('media_variants', {
    columns: 'id, asset_id, name, state, error_reason, error_message, updated_at',
    where: `state = '${state}' and updated_at < now() - make_interval(secs => $2::float8)`,
    time: 'updated_at',
  }),
  found: `
    select candidates.id, candidates.asset_id, candidates.name, null::uuid as session_id, candidates.state,
      candidates.error_reason as reason, candidates.error_message as message, candidates.updated_at as at
    from candidates join lateral (
      select profile, original_damaged_at from rindle.media_assets
      where id = candidates.asset_id and state in (${DELIVERABLE}) limit 1) as asset
    on jsonb_exists($6::jsonb -> asset.profile, candidates.name) and ${condition}`,
})

/** The classes of variants without a job. */
export const VARIANT_CLASSES: readonly SnapshotClass[] = [
  { class: 'failed_work', ...variantsIn('failed', `asset.original_damaged_at is null and not ${IS_FILE_FAULT}`) },
  { class: 'refused_work', ...variantsIn('failed', `asset.original_damaged_at is null and ${IS_FILE_FAULT}`) },
  { class: 'cancelled_work', ...variantsIn('cancelled') },
  { class: 'storage_drift', ...variantsIn('missing') },
]

/** Variants that were marked as made by another recipe. */
export const STALE_VARIANTS: Search = variantsIn('stale')
