import sharp from 'sharp'

/** A picture with four different quadrants, so that a turned or mirrored one is recognised: JPEG bytes. */
export async function quadrants(width: number, height: number, exif: { orientation?: number } = {}): Promise<Buffer> {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  const block = (background: string, left: number, top: number) => ({
    input: { create: { ...half, channels: 3 as const, background } },
    left,
    top,
  })
  const picture = sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .composite([
      block('#00ff00', width - half.width, 0),
      block('#0000ff', 0, height - half.height),
      block('#ffffff', width - half.width, height - half.height),
    ])
    .jpeg({ quality: 95 })
  return exif.orientation === undefined
    ? picture.toBuffer()
    : picture.withMetadata({ orientation: exif.orientation }).toBuffer()
}

/** A picture of noise, which no format makes small: JPEG bytes, about half of one for each pixel. */
export async function grain(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** The first half of a large photo: its header is whole, so only decoding shows that the rest is missing. */
export async function halfOfPhoto(): Promise<Buffer<ArrayBuffer>> {
  const whole = await grain(1600, 1200)
  return Buffer.from(whole.subarray(0, whole.byteLength / 2))
}
