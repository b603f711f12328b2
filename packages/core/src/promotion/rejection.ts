/** Bytes that may go no further: the asset is quarantined with this reason. Thrown by the steps of a promotion. */
export class Rejection extends Error {
  override readonly name: string = 'Rejection'
  readonly reason: string

  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}
