/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type OperationsSetup = { readonly databaseUrl: string }

/** What is done over all rows. */
export const VERBS = ['verifyStorage', 'regenerateVariants', 'abortIncompleteUploads', 'cleanupOrphans'] as const

/** One of {@link VERBS}. */
export type Verb = (typeof VERBS)[number]

/** One round: the status, or a verb from the first row to the last. */
export type OperationsRound = { readonly task: 'status' | Verb }
