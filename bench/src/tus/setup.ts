/** Setup of both sides. Types, because they cross to another process as JSON. */
export type TusSetup = {
  readonly directory: string
  /** The floor does not use it. */
  readonly databaseUrl: string
}

/** The address at which a side listens, on 127.0.0.1. */
export type TusFacts = { readonly port: number }

/** Where both sides begin uploads. */
export const TUS_PATH = '/rindle/tus'
