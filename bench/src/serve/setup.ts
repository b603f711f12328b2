/** Setup of both sides. Types, because they cross to another process as JSON. */
export type ServeSetup = {
  readonly directory: string
  readonly databaseUrl: string
  /** A file on the disk. */
  readonly file: string
}

/** The address at which a side listens, on 127.0.0.1. */
export type ServeFacts = { readonly port: number; readonly path: string }
