/** Setup of Rindle's side. A type, because it crosses to another process as JSON. */
export type PlaylistSetup = {
  readonly directory: string
  readonly databaseUrl: string
}

/** Where a side answers, on 127.0.0.1. Rindle's side also tells the file with the playlist that it answers with. */
export type PlaylistFacts = { readonly port: number; readonly path: string; readonly file: string }
