import type { Bytes } from './file-bytes.ts'
import { type ApngFrame, apngFrames } from './formats/apng.ts'
import type { Pixels } from './pixels.ts'
import { Refusal } from './refusal.ts'

/** Decodes one frame to red, green, blue and alpha. */
export type DecodeFrame = (png: Buffer) => Promise<Pixels>

interface Canvas {
  readonly pixels: Buffer
  readonly width: number
}

/**
 * Every frame of an animated PNG as it is displayed, stacked vertically. Rejects with a `Refusal` if it does not have
 * the `count` frames of its header, or with the error of `decodeFrame`.
 */
export async function apngPixels(
  bytes: Bytes,
  size: { readonly width: number; readonly height: number },
  count: number,
  decodeFrame: DecodeFrame,
): Promise<Pixels> {
  const frameBytes = size.width * size.height * 4
  const all = Buffer.alloc(frameBytes * count)
  const canvas: Canvas = { pixels: Buffer.alloc(frameBytes), width: size.width }
  let frames = 0
  for await (const frame of apngFrames(bytes)) {
    if (frames === count) break
    const { data } = await decodeFrame(frame.png)
    const before = frame.disposal === 'restore' && frames > 0 ? Buffer.from(canvas.pixels) : null
    lay(canvas, frame, data)
    canvas.pixels.copy(all, frames * frameBytes)
    frames += 1
    if (before !== null) before.copy(canvas.pixels)
    else if (frame.disposal !== 'keep') clear(canvas, frame)
  }
  if (frames < count)
    throw new Refusal('corrupt_media', 'The animated PNG is cut off: frames are missing. Upload it again.')
  return { data: all, width: size.width, height: size.height * count, channels: 4, pageHeight: size.height }
}

function lay(canvas: Canvas, frame: ApngFrame, data: Pixels['data']): void {
  const { left, top, width, height, isOver } = frame
  for (let y = 0; y < height; y += 1) {
    const from = y * width * 4
    const to = ((top + y) * canvas.width + left) * 4
    for (let at = 0; at < width * 4; at += 4) {
      if (isOver) blend(canvas.pixels, to + at, data, from + at)
      else
        for (let channel = 0; channel < 4; channel += 1)
          canvas.pixels[to + at + channel] = data[from + at + channel] ?? 0
    }
  }
}

function blend(under: Buffer, to: number, over: Pixels['data'], from: number): void {
  const alpha = (over[from + 3] ?? 0) / 255
  const below = ((under[to + 3] ?? 0) / 255) * (1 - alpha)
  const both = alpha + below
  for (let channel = 0; channel < 3; channel += 1) {
    const mixed = (over[from + channel] ?? 0) * alpha + (under[to + channel] ?? 0) * below
    under[to + channel] = both === 0 ? 0 : Math.round(mixed / both)
  }
  under[to + 3] = Math.round(both * 255)
}

function clear({ pixels, width }: Canvas, frame: ApngFrame): void {
  for (let y = frame.top; y < frame.top + frame.height; y += 1) {
    pixels.fill(0, (y * width + frame.left) * 4, (y * width + frame.left + frame.width) * 4)
  }
}
