import type { VerdictCode } from './orders.ts'

/** A verdict about the bytes of a document. */
export class Verdict extends Error {
  override readonly name: string = 'Verdict'
  readonly code: VerdictCode

  /** `message` is a whole sentence for the file's owner; it names no path. */
  constructor(code: VerdictCode, message: string) {
    super(message)
    this.code = code
  }
}
