/** Setup of both sides. Types, because they cross to another process as JSON. */
export type TusSetup = {
  readonly directory: string
  /** The floor does without. */
  readonly databaseUrl: string
}

/** What a side says when it listens, on 127.0.0.1. */
export type TusFacts = { readonly port: number }

/** Where both sides begin uploads. */
export const TUS_PATH = '/rindle/tus'
