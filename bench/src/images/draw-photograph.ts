import sharp from 'sharp'

/** The picture to draw. */
export interface DrawingOptions {
  /** Pixels, as stored: the picture is turned by its orientation tag. */
  readonly width: number
  /** Pixels, as stored. */
  readonly height: number
  /** The same seed gives the same picture. */
  readonly seed: number
}

// Detail of every size, as in photographs of nature: random cells across the width, each layer somewhat weaker than the
// coarser one before. With this decay an encoder works about as long as on a real photograph.
const LAYERS = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2016] as const
const LARGEST_AMPLITUDE = 80
const DECAY = 1.22
const GRAIN = 9
// Grain repeats after this many values: nobody sees it, and a random number for each takes seconds.
const GRAIN_VALUES = 1_000_003
const JPEG_QUALITY = 92
const AS_HELD_UPRIGHT = 6

/**
 * Draws a picture that costs as much as a phone's photograph: 12 megapixels are a JPEG of about 3.5 MB, with an
 * orientation tag and the colour profile of a phone.
 */
export async function drawPhotograph(path: string, { width, height, seed }: DrawingOptions): Promise<void> {
  const random = randomBytesOf(seed)
  const bytes = await drawDetail(width, height, random)
  const grain = Float32Array.from({ length: GRAIN_VALUES }, () => ((random() + random()) / 255 - 1) * GRAIN)
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Math.min(255, Math.max(0, (bytes[at] ?? 0) + (grain[at % GRAIN_VALUES] ?? 0)))
  }
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(shapes(width, height, random)) }])
    .withMetadata({ orientation: AS_HELD_UPRIGHT })
    .withIccProfile('p3')
    .jpeg({ quality: JPEG_QUALITY })
    .toFile(path)
}

/** The layers, added at half the size, which the finest of them fills. */
async function drawDetail(width: number, height: number, random: () => number): Promise<Buffer> {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), channels: 3 } as const
  const sum = new Float32Array(half.width * half.height * 3).fill(128)
  for (const [index, cells] of LAYERS.entries()) {
    const size = { width: cells, height: Math.max(2, Math.round((cells * height) / width)), channels: 3 } as const
    const noise = Buffer.from(Array.from({ length: size.width * size.height * 3 }, random))
    const layer = await sharp(noise, { raw: size }).resize(half.width, half.height, { fit: 'fill' }).raw().toBuffer()
    const factor = LARGEST_AMPLITUDE / 128 / DECAY ** index
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + ((layer[at] ?? 0) - 128) * factor
  }
  const detail = Buffer.from(Uint8ClampedArray.from(sum))
  return sharp(detail, { raw: half }).resize(width, height, { fit: 'fill' }).raw().toBuffer()
}

/** Hard edges, as of buildings and leaves. */
function shapes(width: number, height: number, random: () => number): string {
  const drawn = Array.from({ length: 60 }, () => {
    const [x, y, size] = [(random() / 255) * width, (random() / 255) * height, (random() / 255) * (width / 6)]
    const fill = `rgb(${random()},${random()},${random()})`
    return `<rect x="${x}" y="${y}" width="${size}" height="${size / 2}" fill="${fill}" fill-opacity="0.5"
      transform="rotate(${random()} ${x} ${y})"/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`
}

/** Bytes 0 to 255 that only look random: mulberry32. */
function randomBytesOf(seed: number): () => number {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) & 0xff
  }
}
