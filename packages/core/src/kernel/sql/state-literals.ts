import { DELIVERABLE_STATES, IN_FLIGHT_STATES, PROMOTION_STATES } from '../../domain/states.ts'
import { OPEN_SESSION_STATES } from '../../domain/transitions.ts'

// Literals, not a parameter: only literals let the database use the partial indexes for these few rows.
const literals = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ')

/** The deliverable states of assets, as SQL for use between parentheses. */
export const DELIVERABLE: string = literals(DELIVERABLE_STATES)

/** The states of assets in their promotion, as SQL for use between parentheses. */
export const IN_PROMOTION: string = literals(PROMOTION_STATES)

/** The states of variants and runs whose work waits or runs, as SQL for use between parentheses. */
export const IN_FLIGHT: string = literals(IN_FLIGHT_STATES)

/** The states of upload sessions that have not ended, as SQL for use between parentheses. */
export const OPEN_SESSION: string = literals(OPEN_SESSION_STATES)

/** Assets with objects on their way into the trash, as a condition over `media_assets`. A purge deletes both objects itself. */
export const IN_RELOCATION = `state <> 'deleted' and id in (select asset_id from rindle.media_relocations)`
