/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type HeicSetup = {
  /** For the variants. */
  readonly directory: string
}

/** One round: files that are made one after the other. */
export type HeicRound = { readonly photographs: readonly string[] }
