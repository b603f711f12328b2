import { NOTIFY_VARIANT } from '../../events/changes.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { errorFields } from '../../ports/logger.ts'
import type { ClaimedVariant } from '../claim.ts'

const WRITE_INTERVAL_MS = 1_000

/** Writes the progress of variants to their rows and announces it, at most once a second per variant. */
export class ProgressWriter {
  readonly #runtime: Runtime
  readonly #lastWrites = new Map<string, number>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Does not wait: a failed write of progress must not hold up the work. */
  report({ variant }: ClaimedVariant, percent: number): void {
    const now = performance.now()
    const last = this.#lastWrites.get(variant.id)
    if (last !== undefined && now - last < WRITE_INTERVAL_MS) return
    this.#lastWrites.set(variant.id, now)
    const progress = Math.min(100, Math.max(0, Math.round(percent)))
    this.#runtime.database
      .executeSql(
        `update rindle.media_variants as variant set progress = $4::int, updated_at = now()
         where id = $1::uuid and state = 'processing' and job_id = $2::text and attempt = $3::int
         returning ${NOTIFY_VARIANT}`,
        [variant.id, variant.jobId, variant.attempt, progress],
      )
      .catch((error: unknown) => {
        this.#runtime.logger.warn({ assetId: variant.assetId, ...errorFields(error) }, 'Progress could not be written.')
      })
  }
}
