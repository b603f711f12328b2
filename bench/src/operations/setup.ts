/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type OperationsSetup = { readonly databaseUrl: string }

/** The verbs that run over all rows. */
export const VERBS = [
  'verifyStorage',
  'regenerateVariants',
  'abortIncompleteUploads',
  'cleanupOrphans',
  'backfillMetadata',
] as const

/** One of {@link VERBS}. */
export type Verb = (typeof VERBS)[number]

/** The questions about all rows at once. */
export type Question = 'status' | 'checkInvariants'

/** One round: a question, or a verb from the first row to the last. */
export type OperationsRound = { readonly task: Question | Verb }
