/** A stream that text is written to; `process.stdout` and `process.stderr` fit. */
export interface Output extends NodeJS.WritableStream {
  /** Whether a person reads it: colours and progress appear only then. */
  readonly isTTY?: boolean | undefined
  /** Width in characters. */
  readonly columns?: number | undefined
}

/** Everything that the command uses of its surroundings, so that it can run inside of any process. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Environment variables: `DATABASE_URL`, `NO_COLOR`, `TERM`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The directory that relative paths, the configuration file and `.rindle/` belong to; absolute. */
  readonly cwd: string
  /** Aborted to stop the command cleanly: between two items, with the summary so far. */
  readonly signal: AbortSignal
}
