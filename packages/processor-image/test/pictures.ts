import sharp, { type Sharp } from 'sharp'

/** Raw pixels and their layout, for `sharp(pixels, { raw })`. */
export interface Picture {
  readonly pixels: Buffer
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

export type Colour = readonly [red: number, green: number, blue: number]

/** The colours of {@link quadrants}: they differ enough to be known again after a lossy encoder. */
export const QUADRANT_COLOURS = {
  topLeft: [220, 30, 30],
  topRight: [30, 200, 40],
  bottomLeft: [30, 50, 220],
  bottomRight: [240, 220, 40],
} as const satisfies Record<string, Colour>

/** A picture with another colour in each quarter, so that every turn and every mirroring of it looks different. */
export function quadrants(width: number, height: number): Picture {
  return draw(width, height, (x, y) => {
    const isLeft = x < width / 2
    if (y < height / 2) return isLeft ? QUADRANT_COLOURS.topLeft : QUADRANT_COLOURS.topRight
    return isLeft ? QUADRANT_COLOURS.bottomLeft : QUADRANT_COLOURS.bottomRight
  })
}

/** One colour. */
export function plain(width: number, height: number, colour: Colour): Picture {
  return draw(width, height, () => colour)
}

/** Smooth areas, hard edges, fine texture and some grain, like a photo has; always the same. */
export function photoLike(width: number, height: number): Picture {
  let seed = 20_26
  const grain = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return (seed / 2_147_483_648 - 0.5) * 14
  }
  return draw(width, height, (x, y) => {
    const sky = 120 + 90 * Math.sin(x / 310) * Math.cos(y / 270)
    const texture = 25 * Math.sin(x / 3.1 + y / 7.3) * Math.sin(y / 5.7)
    const isRoof = (x % 700) + (y % 500) < 420
    const noise = grain()
    return [sky + texture + noise, (isRoof ? 40 : 150) + texture + noise, 200 - sky / 2 + (isRoof ? 60 : 0) + noise]
  })
}

/** Begins a sharp pipeline on a picture. */
export function open({ pixels, width, height, channels }: Picture): Sharp {
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
}

/**
 * The picture as it must be stored to be displayed as given under an EXIF orientation: the inverse of what the
 * specification of the tag tells a viewer to do.
 */
export function storedFor(displayed: Picture, orientation: number): Picture {
  const isTurned = orientation >= 5
  const width = isTurned ? displayed.height : displayed.width
  const height = isTurned ? displayed.width : displayed.height
  const stored = Buffer.alloc(displayed.pixels.length)
  for (let y = 0; y < displayed.height; y += 1) {
    for (let x = 0; x < displayed.width; x += 1) {
      const [storedX, storedY] = storedPlace(orientation, x, y, width, height)
      const from = (y * displayed.width + x) * displayed.channels
      displayed.pixels.copy(stored, (storedY * width + storedX) * displayed.channels, from, from + displayed.channels)
    }
  }
  return { pixels: stored, width, height, channels: displayed.channels }
}

function storedPlace(orientation: number, x: number, y: number, width: number, height: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y]
    case 3:
      return [width - 1 - x, height - 1 - y]
    case 4:
      return [x, height - 1 - y]
    case 5:
      return [y, x]
    case 6:
      return [y, height - 1 - x]
    case 7:
      return [width - 1 - y, height - 1 - x]
    case 8:
      return [width - 1 - y, x]
    default:
      return [x, y]
  }
}

/** Frames of an animation on top of each other, as sharp takes them. */
export function stack(frames: readonly Picture[]): { readonly pixels: Buffer; readonly frame: Picture } {
  const [frame] = frames
  if (frame === undefined) throw new Error('An animation has a frame.')
  return { pixels: Buffer.concat(frames.map(({ pixels }) => pixels)), frame }
}

function draw(width: number, height: number, colourAt: (x: number, y: number) => Colour): Picture {
  const pixels = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(x, y)
      const at = (y * width + x) * 3
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[at + channel] = Math.min(255, Math.max(0, Math.round(colour[channel] ?? 0)))
      }
    }
  }
  return { pixels, width, height, channels: 3 }
}
