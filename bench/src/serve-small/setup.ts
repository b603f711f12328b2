/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type SmallFilesSetup = {
  readonly directory: string
  readonly databaseUrl: string
  /** The files on the disk that both serve. */
  readonly files: readonly string[]
}

/** Where a side answers, on 127.0.0.1, and the path of each file there. */
export type SmallFilesFacts = { readonly port: number; readonly paths: readonly string[] }
