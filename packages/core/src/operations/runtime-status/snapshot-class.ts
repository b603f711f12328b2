import type { StatusClass } from './report.ts'

/** The most rows of one class that are counted; counting stops there, so that the report stays fast. */
export const MOST_COUNTED = 10_000

/** A class that a single statement finds. */
export interface SnapshotClass {
  readonly class: StatusClass
  /** The rows to examine: as many as an index gives, and no more. */
  readonly candidates: string
  /**
   * Selects from the `candidates`, as `id, asset_id, name, session_id, state, reason, message, at`.
   * @default all of them
   */
  readonly found?: string
  /** With this many candidates there may be more. @default MOST_COUNTED */
  readonly most?: number
}

/** A class without its name. */
export type Search = Omit<SnapshotClass, 'class'>

/**
 * The oldest and the youngest rows of a table: where many of them do not match, the matching ones need not be among the
 * oldest.
 */
export function bothEnds(
  table: 'media_assets' | 'media_variants',
  { columns, where, time }: { readonly columns: string; readonly where: string; readonly time: string },
): Required<Pick<Search, 'candidates' | 'most'>> {
  const rows = `select ${columns} from rindle.${table} where ${where}`
  const candidates = `(${rows} order by ${time}, id limit ${MOST_COUNTED})
    union (${rows} order by ${time} desc, id desc limit ${MOST_COUNTED})`
  return { candidates, most: 2 * MOST_COUNTED }
}
