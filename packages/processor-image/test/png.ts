import { crc32, deflateSync } from 'node:zlib'

/** The properties of a test's PNG, sample by sample. */
export interface PngPicture {
  readonly width: number
  readonly height: number
  /** @default 8 */
  readonly bits?: 8 | 16
  /** The samples of one pixel: grey, grey and alpha, colours, colours and alpha. */
  readonly at: (x: number, y: number) => readonly number[]
  /** Between the header and the picture. */
  readonly chunks?: readonly Buffer[]
}

const TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 }
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** A chunk. */
export function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.byteLength)
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}

/** A PNG with known samples. */
export function png(picture: PngPicture): Buffer {
  const { chunks = [] } = picture
  return Buffer.concat([SIGNATURE, header(picture), ...chunks, chunk('IDAT', pixels(picture)), END])
}

/** A gAMA chunk; 1 is linear. */
export function gamma(value: number): Buffer {
  return chunk('gAMA', numbers(Math.round(value * 100_000)))
}

/** A cHRM chunk: x and y of white, red, green, blue. */
export function chromaticities(...values: readonly number[]): Buffer {
  return chunk('cHRM', numbers(...values.map((value) => Math.round(value * 100_000))))
}

/** A cICP chunk. */
export function cicp(primaries: number, transfer: number, matrix = 0, isFullRange = 1): Buffer {
  return chunk('cICP', Buffer.from([primaries, transfer, matrix, isFullRange]))
}

/** An iCCP chunk. */
export function profileChunk(profile: Buffer): Buffer {
  return chunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]))
}

/** One frame of an animated PNG. */
export interface Frame {
  readonly picture: PngPicture
  readonly left?: number
  readonly top?: number
  /** As a fraction of a second. @default 1/10 */
  readonly delay?: readonly [number, number]
  /** 0 keeps the frame, 1 clears its area, 2 restores the previous content. @default 0 */
  readonly disposal?: number
  /** 0 replaces the area, 1 is blended over it. @default 0 */
  readonly blend?: number
}

/** An animated PNG of the size of its first frame; with `still`, that is shown where nothing moves, and is no frame. */
export function apng(frames: readonly Frame[], loop = 0, still?: PngPicture): Buffer {
  const [first] = frames
  if (first === undefined) throw new Error('An animation has a frame.')
  let sequence = 0
  const parts = frames.flatMap((frame, index) => {
    const control = chunk('fcTL', frameControl(frame, sequence))
    sequence += 1
    if (index === 0 && still === undefined) return [control, chunk('IDAT', pixels(frame.picture))]
    const data = chunk('fdAT', Buffer.concat([numbers(sequence), pixels(frame.picture)]))
    sequence += 1
    return [control, data]
  })
  const whole = still ?? first.picture
  const before = [SIGNATURE, header(whole), ...(whole.chunks ?? []), chunk('acTL', numbers(frames.length, loop))]
  return Buffer.concat([...before, ...(still === undefined ? [] : [chunk('IDAT', pixels(still))]), ...parts, END])
}

const END = chunk('IEND', Buffer.alloc(0))

function frameControl({ picture, left = 0, top = 0, delay = [1, 10], ...frame }: Frame, sequence: number): Buffer {
  const times = Buffer.alloc(4)
  times.writeUInt16BE(delay[0], 0)
  times.writeUInt16BE(delay[1], 2)
  const how = Buffer.from([frame.disposal ?? 0, frame.blend ?? 0])
  return Buffer.concat([numbers(sequence, picture.width, picture.height, left, top), times, how])
}

function header({ width, height, bits = 8, at }: PngPicture): Buffer {
  const type = TYPES[at(0, 0).length] ?? 2
  return chunk('IHDR', Buffer.concat([numbers(width, height), Buffer.from([bits, type, 0, 0, 0])]))
}

function pixels({ width, height, bits = 8, at }: PngPicture): Buffer {
  const rows: Buffer[] = []
  for (let y = 0; y < height; y += 1) {
    const samples = Array.from({ length: width }, (_, x) => at(x, y)).flat()
    const row = Buffer.alloc((samples.length * bits) / 8)
    for (const [index, sample] of samples.entries()) {
      if (bits === 16) row.writeUInt16BE(sample, index * 2)
      else row.writeUInt8(sample, index)
    }
    // No filter.
    rows.push(Buffer.from([0]), row)
  }
  return deflateSync(Buffer.concat(rows))
}

function numbers(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4)
  return buffer
}
