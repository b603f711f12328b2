/** Setup of every process of this bench. A type, because it crosses to another process as JSON. */
export type ScaleSetup = {
  readonly directory: string
  /** The pooler, and the server behind it. */
  readonly database: { readonly poolerUrl: string; readonly directUrl: string }
}

/** One round. */
export type ScaleRound = { readonly photographs: readonly string[] }
