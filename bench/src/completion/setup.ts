/** Connections that each side uses. */
export const CONNECTIONS = 8

/** Variants of the bench's profile; each asset has them all. */
export const VARIANT_NAMES = ['large', 'medium', 'small', 'thumb'] as const

/** The transitions that are measured. */
export const PATHS = ['register', 'attach', 'variant-commit'] as const

/** One of {@link PATHS}. */
export type Path = (typeof PATHS)[number]

/** One round. A type, because it crosses to another process as JSON. */
export type CompletionRound = {
  readonly path: Path
  /** Transactions; a multiple of the number of variants. */
  readonly count: number
}

/** One SQL statement as the driver received it. */
export type RecordedStatement = { readonly text: string; readonly values: readonly Value[] }
type Value = string | number | boolean | null

/** Everything that one transition sends to the database, as Rindle sent it once. */
export type Recording = {
  /** Rows that must exist before, by table. */
  readonly rows: Readonly<Record<string, readonly string[]>>
  /** From BEGIN to COMMIT each, or one statement. */
  readonly transactions: readonly (readonly RecordedStatement[])[]
}

/** One recording per path. */
export type Recordings = Readonly<Record<Path, Recording>>

/** Setup of Rindle's side. */
export type RindleSetup = { readonly databaseUrl: string; readonly directory: string }

/** Setup of the floor. */
export type FloorSetup = { readonly databaseUrl: string; readonly recordings: Recordings }
