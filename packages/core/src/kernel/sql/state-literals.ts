import { DELIVERABLE_STATES, IN_FLIGHT_STATES, PROMOTION_STATES } from '../../domain/states.ts'
import { OPEN_SESSION_STATES } from '../../domain/transitions.ts'

// Literals, not a parameter: only so does the database use the partial indexes that know these few rows.
const literals = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ')

/** The states of assets that may be delivered, as SQL between parentheses takes them. */
export const DELIVERABLE: string = literals(DELIVERABLE_STATES)

/** The states of assets that a promotion has, or will have, as SQL between parentheses takes them. */
export const IN_PROMOTION: string = literals(PROMOTION_STATES)

/** The states of variants whose work waits or runs, and those of its runs, as SQL between parentheses takes them. */
export const IN_FLIGHT: string = literals(IN_FLIGHT_STATES)

/** The states of upload sessions that have not ended, as SQL between parentheses takes them. */
export const OPEN_SESSION: string = literals(OPEN_SESSION_STATES)
