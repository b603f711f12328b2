import type { Recipe } from '@rindle/core'
import { errorOf } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type ImageOptions, image } from '../src/recipes/index.ts'
import { expectColour } from './decoded.ts'
import type { Colour } from './pictures.ts'
import { apng, cicp, type Frame, type PngPicture } from './png.ts'
import { LIMITS, make, outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

/** An animation of these options, 40 pixels wide unless they say otherwise. */
function moving(options: Partial<ImageOptions> = {}): Recipe {
  return image.from({
    mode: 'fit',
    width: 40,
    format: 'webp',
    animated: true,
    quality: 100,
    ...options,
  } as ImageOptions)
}

const MOVING = moving()
const RED: Colour = [230, 20, 20]
const GREEN: Colour = [20, 220, 20]
const BLUE: Colour = [20, 20, 230]

const plain = (colour: readonly number[], side = 40, chunks: readonly Buffer[] = []): PngPicture => ({
  width: side,
  height: side,
  at: () => colour,
  chunks,
})
const file = (...args: Parameters<typeof apng>) => sourceFile('image/apng', apng(...args))

async function framesOf(path: string): Promise<((x: number, y: number) => readonly number[])[]> {
  const { pages = 1 } = await sharp(path).metadata()
  return Promise.all(
    Array.from({ length: pages }, async (_, page) => {
      const { data, info } = await sharp(path, { page }).ensureAlpha(1).raw().toBuffer({ resolveWithObject: true })
      return (x: number, y: number) => {
        const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 4
        return [...data.subarray(at, at + 4)]
      }
    }),
  )
}

describe('an animated PNG', () => {
  it('keeps frames, delays and loop in webp with animated: true', async () => {
    const frames: Frame[] = [
      { picture: plain(RED), delay: [1, 10] },
      { picture: plain(GREEN), delay: [250, 1000] },
      { picture: plain(BLUE), delay: [100, 0] },
    ]
    const source = await file(frames, 3)
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({
      width: 40,
      height: 40,
      metadata: { isAnimated: true, pages: 3 },
    })
    const output = await make(source, moving({ width: 20 }))
    expect(output).toMatchObject({ width: 20, height: 20, contentType: 'image/webp' })
    expect(await sharp(output.path, { animated: true }).metadata()).toMatchObject({
      pages: 3,
      delay: [100, 250, 1000],
      loop: 3,
      pageHeight: 20,
    })
    const shown = await framesOf(output.path)
    for (const [index, colour] of [RED, GREEN, BLUE].entries()) expectColour(shown[index]?.(0.5, 0.5) ?? [], colour)
  })

  it('may be cropped and padded as it moves', async () => {
    const source = await file([{ picture: plain(RED) }, { picture: plain(BLUE) }])
    for (const options of [{ mode: 'crop' }, { mode: 'fill', background: '#000' }] as const) {
      const { path } = await make(source, moving({ ...options, width: 30, height: 20 }))
      expect(await sharp(path, { animated: true }).metadata()).toMatchObject({ pages: 2, width: 30, pageHeight: 20 })
    }
  })

  it('is a still everywhere else: its first frame, or the picture that is none', async () => {
    const frames: Frame[] = [{ picture: plain(RED) }, { picture: plain(BLUE) }]
    for (const [source, colour] of [
      [await file(frames), RED],
      [await file(frames, 0, plain(GREEN)), GREEN],
    ] as const) {
      for (const format of ['webp', 'jpeg', 'png', 'avif'] as const) {
        const { path } = await make(source, image.fit(20, null, { format }))
        const shown = await framesOf(path)
        expect(shown).toHaveLength(1)
        expectColour(shown[0]?.(0.5, 0.5) ?? [], colour)
      }
    }
  })

  it('moves without the default picture that is not a frame', async () => {
    const source = await file([{ picture: plain(RED) }, { picture: plain(BLUE) }], 0, plain(GREEN))
    const shown = await framesOf((await make(source, MOVING)).path)
    expect(shown).toHaveLength(2)
    expectColour(shown[0]?.(0.5, 0.5) ?? [], RED)
    expectColour(shown[1]?.(0.5, 0.5) ?? [], BLUE)
  })

  it('lays, clears and brings back the places of its frames', async () => {
    // All frames of a file have the same channels.
    const opaque = (colour: Colour, side?: number): PngPicture => plain([...colour, 255], side)
    const spot = (picture: PngPicture, more: Partial<Frame>): Frame => ({ picture, left: 10, top: 20, ...more })
    const source = await file([
      { picture: opaque(RED) },
      // Brought back to red after it.
      spot(opaque(GREEN, 20), { disposal: 2 }),
      // Half of blue over the red; its place is cleared.
      spot(plain([...BLUE, 128], 20), { blend: 1, disposal: 1 }),
      // A patch elsewhere.
      { picture: opaque(GREEN, 12), left: 0, top: 0 },
    ])
    const shown = await framesOf((await make(source, moving({ width: 40 }))).path)
    const spots = shown.map((at) => at(0.5, 0.75))
    const corners = shown.map((at) => at(0.05, 0.05))
    expectColour(spots[0] ?? [], RED)
    expectColour(spots[1] ?? [], GREEN)
    expectColour(spots[2] ?? [], [125, 20, 125])
    expect(spots[3]?.[3]).toBe(0)
    expectColour(corners[2] ?? [], RED)
    expectColour(corners[3] ?? [], GREEN)
  })

  it('keeps transparency, and replaces the area below with it', async () => {
    const source = await file([{ picture: plain([...RED, 255]) }, { picture: plain([0, 0, 0, 0]) }])
    const shown = await framesOf((await make(source, MOVING)).path)
    expect(shown.map((at) => at(0.5, 0.5)[3])).toEqual([255, 0])
  })

  it('moves in the colours that it names', async () => {
    const chunks = [cicp(12, 13)]
    const source = await file([{ picture: plain([200, 100, 50], 40, chunks) }, { picture: plain([50, 100, 200]) }])
    const [first] = await framesOf((await make(source, MOVING)).path)
    expectColour(first?.(0.5, 0.5) ?? [], [215, 94, 35], 8)
  })

  it('of one frame is a still', async () => {
    const source = await file([{ picture: plain(RED) }])
    expect(await PROCESSOR.probe(source, { limits: LIMITS })).toMatchObject({
      metadata: { isAnimated: false, pages: 1 },
    })
    expect((await sharp((await make(source, MOVING)).path).metadata()).pages).toBeUndefined()
  })

  it('of more pixels in all than the limit is refused by its header', async () => {
    const source = await file(Array.from({ length: 4 }, () => ({ picture: plain(RED) })))
    await PROCESSOR.probe(source, { limits: { maxPixels: 6400 } })
    await expect(PROCESSOR.probe(source, { limits: { maxPixels: 6399 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('4 frames'),
    })
  })

  it('with a frame outside of its picture, or without data, is corrupt_media', async () => {
    const outside = await file([{ picture: plain(RED) }, { picture: plain(BLUE), left: 1 }])
    const whole = apng([{ picture: plain(RED) }, { picture: plain(BLUE) }])
    const cut = await sourceFile('image/apng', whole.subarray(0, whole.indexOf('fdAT') - 4))
    for (const source of [outside, cut]) {
      const outcomes = await outcomesOf(PROCESSOR, source, { moving: MOVING })
      expect(errorOf(outcomes.get('moving'))).toMatchObject({
        code: 'corrupt_media',
        message: expect.stringContaining('The animated PNG is damaged'),
      })
    }
  })
})
