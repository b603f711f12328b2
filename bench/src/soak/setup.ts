/** Setup of the loaded application. Types, because they cross to another process as JSON. */
export type SoakSetup = {
  readonly directory: string
  readonly databaseUrl: string
  readonly photographs: readonly string[]
}

/** One round: how long to load it. */
export type SoakRound = { readonly seconds: number }
