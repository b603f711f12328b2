import type { Logger } from '@rindle/core'

/** Keeps what the instance reports, so that the result can say why a file was refused. */
export class DemoLog implements Logger {
  readonly #messages = new Map<string, string>()
  readonly #write: (line: string) => void

  /** @param write Receives errors that are of no asset. */
  constructor(write: (line: string) => void) {
    this.#write = write
  }

  debug(): void {}

  info(): void {}

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (typeof fields['assetId'] === 'string') this.#messages.set(fields['assetId'], message)
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (typeof fields['assetId'] === 'string') this.#messages.set(fields['assetId'], message)
    else this.#write(`${message} ${JSON.stringify(fields)}`)
  }

  /** The last that was reported of an asset. */
  messageOf(assetId: string): string | undefined {
    return this.#messages.get(assetId)
  }
}
