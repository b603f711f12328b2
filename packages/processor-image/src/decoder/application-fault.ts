/**
 * A fault of a file of the application, such as an overlay that is gone or a function that throws. The message is a whole
 * sentence for the developer.
 */
export class ApplicationFault extends Error {
  override readonly name: string = 'ApplicationFault'
  readonly code: ApplicationFaultCode

  constructor(code: ApplicationFaultCode, message: string) {
    super(message)
    this.code = code
  }
}

/** `setup_incomplete`: the file is not as it was declared; `processing_failed`: it does not do its work. */
export type ApplicationFaultCode = 'setup_incomplete' | 'processing_failed'
