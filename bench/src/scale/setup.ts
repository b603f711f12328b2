/** Setup of every process of this bench. Types, because they cross to another process as JSON. */
export type ScaleSetup = { readonly directory: string; readonly databaseUrl: string }

/** One round. */
export type ScaleRound = { readonly photographs: readonly string[] }
