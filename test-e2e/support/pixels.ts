import sharp from 'sharp'

/** Pixels of a picture, three bytes each, rows from the top. */
export interface Pixels {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

/** The stored pixels of a picture, without its EXIF orientation; without alpha, over white. */
export async function pixelsOf(
  picture: string | Buffer,
  size?: { readonly width: number; readonly height: number },
): Promise<Pixels> {
  const pipeline = sharp(picture, { autoOrient: false }).toColourspace('srgb').flatten({ background: '#ffffff' })
  if (size !== undefined) pipeline.resize(size.width, size.height, { fit: 'fill' })
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The mean difference of two pictures of one size, 0 to 255. */
export function meanDifference(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`Pictures of ${a.width} × ${a.height} and ${b.width} × ${b.height} cannot be compared.`)
  }
  let sum = 0
  for (let index = 0; index < a.data.length; index += 1) sum += Math.abs((a.data[index] ?? 0) - (b.data[index] ?? 0))
  return sum / a.data.length
}

/** The same pixels turned clockwise by quarter turns, mirrored left to right before that when asked. */
export async function turned(pixels: Pixels, quarters: number, isMirrored = false): Promise<Pixels> {
  const raw = { width: pixels.width, height: pixels.height, channels: 3 as const }
  const mirrored = await sharp(pixels.data, { raw }).flop(isMirrored).raw().toBuffer()
  const { data, info } = await sharp(mirrored, { raw })
    .rotate(quarters * 90)
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The mean colour of a part of a picture; its edges as fractions of width and height. */
export function meanColour(
  { data, width, height }: Pixels,
  part: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
): readonly [red: number, green: number, blue: number] {
  const sums = [0, 0, 0]
  let count = 0
  for (let y = Math.floor(part.top * height); y < part.bottom * height; y += 1) {
    for (let x = Math.floor(part.left * width); x < part.right * width; x += 1) {
      count += 1
      for (const channel of [0, 1, 2]) sums[channel] = (sums[channel] ?? 0) + (data[(y * width + x) * 3 + channel] ?? 0)
    }
  }
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => sum / count)
  return [red, green, blue]
}
