import type { ErrorCode } from '@rindle/core'

/** A verdict of a decoder about bytes, where sharp would say less, or nothing, or make a wrong picture. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly code: RefusalCode

  /** `message` is a whole sentence for the file's owner; it names no path. */
  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Verdicts about bytes. A lack of the machine is not a verdict, and never has one of these codes. */
export type RefusalCode = Extract<ErrorCode, 'unsupported_codec' | 'corrupt_media' | 'limit_exceeded'>

/** The refusal of a whole file in an unsupported coding; `what` is a noun phrase, "a TIFF with 12 bits per sample". */
export function unsupported(what: string): Refusal {
  return new Refusal('unsupported_codec', `The file is ${what}, which cannot be decoded here. ${ADVICE}`)
}

const ADVICE = 'Save it as JPEG, PNG, WebP or AVIF, and upload that.'
