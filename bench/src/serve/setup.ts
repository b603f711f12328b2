/** Setup of both sides. Types, because they cross to another process as JSON. */
export type ServeSetup = {
  readonly directory: string
  readonly databaseUrl: string
  /** A file of the disk. */
  readonly file: string
}

/** What a side says when it listens, on 127.0.0.1: where the file is. */
export type ServeFacts = { readonly port: number; readonly path: string }
