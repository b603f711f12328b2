import { StringDecoder } from 'node:string_decoder'

/** Reads the blocks of `-progress`: lines of `key=value`; the key `progress` ends each block. */
export class ProgressReader {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onSeconds: (seconds: number) => void
  #rest = ''
  #block = ''
  #lastBlock = ''

  /** `onSeconds` receives the seconds of output that are done. */
  constructor(onSeconds: (seconds: number) => void) {
    this.#onSeconds = onSeconds
  }

  /** Takes the next bytes; returns whether they report progress since the last block. */
  read(chunk: Buffer): boolean {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    let isAlive = false
    for (const line of lines) {
      const [key = '', value = ''] = line.trim().split('=')
      if (key === 'progress') isAlive = this.#endBlock(value === 'end') || isAlive
      // Rates change even while nothing happens.
      else if (['frame', 'total_size', 'out_time_us'].includes(key)) this.#block += line
      if (key === 'out_time_us' && /^\d+$/.test(value)) this.#onSeconds(Number(value) / 1_000_000)
    }
    return isAlive
  }

  #endBlock(isEnd: boolean): boolean {
    const hasChanged = this.#block !== this.#lastBlock || isEnd
    this.#lastBlock = this.#block
    this.#block = ''
    return hasChanged
  }
}
