/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type ConsoleSetup = { readonly databaseUrl: string }

/** One round: a page of the console, by its path below the console's own. */
export type ConsoleRound = {
  readonly path: string
  /** Whether an instance answers that has kept nothing yet, such as the snapshot of the status. */
  readonly isFirst: boolean
}

/** The paths that only the rows tell. */
export type ConsoleFacts = { readonly asset: string; readonly secondPage: string }
