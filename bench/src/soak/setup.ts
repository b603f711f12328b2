/** Setup of the loaded application. Types, because they cross to another process as JSON. */
export type SoakSetup = {
  readonly directory: string
  readonly databaseUrl: string
  readonly photographs: readonly string[]
}

/** One round: how long to load it, and how much. */
export type SoakRound = {
  readonly seconds: number
  /** Visits that begin in a second, if the application keeps up; `null`: as many as it can. */
  readonly perSecond: number | null
}
