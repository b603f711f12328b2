/** A mistake of the user, or of the machine. The message says what to do, and is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** 2: nothing was done; 1: the application is written, but not installed. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message)
    this.exitCode = exitCode
  }
}
