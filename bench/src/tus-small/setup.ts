/** Setup of every side. A type, because it crosses to another process as JSON. */
export type TusSmallSetup = {
  readonly directory: string
  /** Only Rindle uses it. */
  readonly databaseUrl: string
  /** Whether the floor waits for the disk before it answers, as Rindle does. */
  readonly isSynced: boolean
}

/** Where the sides begin uploads. */
export const TUS_PATH = '/rindle/tus'
