import type { MediaInput } from './media-input.ts'

// FFmpeg opens a file, and looks into it, before it names it as its input: what a recording that begins in the middle
// lacks at its beginning is no news of the pictures that are made later.
const OPENED = /^\[info\] Input #0/
// Some decoders complain, some only say that they filled a hole, and newer programs say it for them.
const COMPLAINT = /\[(error|fatal)\]|concealing \d+ |corrupt decoded frame/
// A lack of the machine is no damage.
const OF_MACHINE =
  /No space left|Disk quota|Cannot allocate|Input\/output error|Error writing|write_frame|Could not open/
const MAX_LINE_CHARACTERS = 4_096
const MAX_KINDS = 100

/**
 * Reads FFmpeg's messages for what its decoders complain of: pictures that were damaged come out as grey, green or smeared
 * ones, and the run ends well. Complaints about the container do not count: they may be of parts that it only passes.
 */
export class DamageReader {
  readonly #input: Pick<MediaInput, 'guards' | 'path'>
  #rest = ''
  #isOpened = false
  readonly #kinds = new Map<string, number>()
  #first: string | null = null

  /** The file that is decoded. */
  constructor(input: Pick<MediaInput, 'guards' | 'path'>) {
    this.#input = input
  }

  /** Takes the next of what it says. */
  read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS)
    for (const line of lines) this.#readLine(line)
  }

  /** About how many pictures were damaged so far: decoders say several things about one, but each of them once. */
  get pictures(): number {
    return Math.max(0, ...this.#kinds.values())
  }

  /** The first thing that was said of one, without paths and addresses; `null`: none. */
  get first(): string | null {
    return this.#first
  }

  #readLine(line: string): void {
    if (OPENED.test(line)) this.#isOpened = true
    if (!this.#isOpened || !COMPLAINT.test(line) || OF_MACHINE.test(line)) return
    const { guards, path } = this.#input
    const demuxers = String(guards['format_whitelist']).split(',')
    // "[matroska,webm @ 0x…] [error] …", "[error] file:…: Invalid data found", "[warning] file:…: corrupt decoded frame".
    const isOfFile = line.includes(path) && !line.includes('corrupt decoded frame')
    if (isOfFile || demuxers.some((name) => line.startsWith(`[${name}`))) return
    const said = line
      .replaceAll(path, 'source')
      .replace(/\[[^\]]*@ 0x[0-9a-f]+\] |\[\w+\] /g, '')
      .trim()
    this.#first ??= said
    const kind = said.replace(/[-\d]+/g, '#')
    if (this.#kinds.has(kind) || this.#kinds.size < MAX_KINDS) this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
  }
}
