/** Setup of both sides. Types, because they cross to another process as JSON. */
export type UploadSetup = {
  readonly directory: string
  /** The floor does not use it. */
  readonly databaseUrl: string
}

/** The address at which a side listens, on 127.0.0.1. */
export type UploadFacts = { readonly port: number }
