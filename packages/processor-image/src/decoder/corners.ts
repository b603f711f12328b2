import type { OverlayOptions } from 'sharp'
import type { Drawing } from './drawing.ts'

/** The layers that round the corners: transparent, or in the colour of the background where there is no transparency. */
export function cornersOf(radius: number | 'circle', { variant }: Drawing): OverlayOptions[] {
  const { recipe, target } = variant
  const { width, height } = target.output
  const half = Math.min(width, height) / 2
  const rounded = radius === 'circle' ? half : Math.min(radius, half)
  const side = Math.ceil(rounded)
  const [red = 0, green = 0, blue = 0] = Buffer.from(recipe.background.slice(1), 'hex')
  const blend = recipe.format === 'jpeg' ? 'over' : 'dest-out'
  const places = [
    { left: 0, top: 0, isRight: false, isBottom: false },
    { left: width - side, top: 0, isRight: true, isBottom: false },
    { left: 0, top: height - side, isRight: false, isBottom: true },
    { left: width - side, top: height - side, isRight: true, isBottom: true },
  ]
  return places.map(({ left, top, isRight, isBottom }) => {
    const input = Buffer.alloc(side * side * 4)
    for (let y = 0; y < side; y += 1) {
      const down = isBottom ? side - 1 - y : y
      for (let x = 0; x < side; x += 1) {
        const across = isRight ? side - 1 - x : x
        // The share of the pixel that lies outside of the arc.
        const distance = Math.hypot(rounded - across - 0.5, rounded - down - 0.5)
        const outside = Math.min(1, Math.max(0, distance - rounded + 0.5))
        const at = (y * side + x) * 4
        input[at] = red
        input[at + 1] = green
        input[at + 2] = blue
        input[at + 3] = Math.round(outside * 255)
      }
    }
    return { input, raw: { width: side, height: side, channels: 4 }, left, top, blend }
  })
}
