/** Setup of the sides of both job benches. Types, because they cross to another process as JSON. */
export type JobsSetup = { readonly databaseUrl: string }

/** One round: how many jobs. */
export type JobsRound = { readonly count: number }

/** Jobs at once in the backlog bench. */
export const BACKLOG_SLOTS = 8
