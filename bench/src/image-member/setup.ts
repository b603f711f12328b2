/** Setup of Rindle's side. A type, because it crosses to another process as JSON. */
export type MemberSetup = {
  readonly directory: string
  readonly databaseUrl: string
  /** A JPEG. */
  readonly photograph: string
}

/** Where a side answers, on 127.0.0.1, and the file on the disk that it answers with. */
export type MemberFacts = { readonly port: number; readonly path: string; readonly file: string }

/** The image that both sides make: its width in pixels, and its encoder. */
export const MEMBER = { width: 1280, quality: 80, effort: 4 } as const
