import type { MediaInput } from './media-input.ts'

// FFmpeg opens a file and examines it before it names it as its input. Complaints before that line do not count: a
// recording that starts midway lacks data at its beginning, which does not affect later pictures.
const OPENED = /^\[info\] Input #0/
// Some decoders complain, some only say that they concealed an error, and newer programs report it for them.
const COMPLAINT = /\[(error|fatal)\]|concealing \d+ |corrupt decoded frame/
// A fault of the machine is no damage.
const OF_MACHINE =
  /No space left|Disk quota|Cannot allocate|Input\/output error|Error writing|write_frame|Could not open/
const MAX_LINE_CHARACTERS = 4_096
const MAX_KINDS = 100

/**
 * Finds the complaints of decoders in FFmpeg's messages: a damaged picture comes out grey, green or smeared, and the
 * run still succeeds. Complaints about the container do not count: they may concern parts that FFmpeg only skips.
 */
export class DamageReader {
  readonly #input: Pick<MediaInput, 'guards' | 'path'>
  #rest = ''
  #isOpened = false
  readonly #kinds = new Map<string, number>()
  #first: string | null = null

  /** `input` is the file that is decoded. */
  constructor(input: Pick<MediaInput, 'guards' | 'path'>) {
    this.#input = input
  }

  /** Takes the next part of the messages. */
  read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS)
    for (const line of lines) this.#readLine(line)
  }

  /** About how many pictures are damaged so far: a decoder has several complaints about one, but each only once. */
  get pictures(): number {
    return Math.max(0, ...this.#kinds.values())
  }

  /** The first complaint, without paths and addresses; `null` when there is none. */
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
