import type { SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import type { VariantRecipes } from '@rindle/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import type { OrderKind } from '../src/decoder/orders.ts'
import { DecoderProcess } from '../src/decoder-process.ts'
import { image } from '../src/recipes/index.ts'
import { open, photoLike } from './pictures.ts'
import { outcomesOf, processorWith, request, sourceFile } from './workbench.ts'

const FOUR: VariantRecipes = {
  large: image.fit(900, null, { format: 'webp', effort: 0 }),
  medium: image.fit(600, null, { format: 'webp', effort: 0 }),
  small: image.fit(300, null, { format: 'webp', effort: 0 }),
  thumb: image.crop(160, 160, { format: 'webp', effort: 0 }),
}
const ONE: VariantRecipes = { large: image.fit(900, null, { format: 'webp', effort: 0 }) }
const [WIDTH, HEIGHT] = [1200, 900]
const DECODED_BYTES = WIDTH * HEIGHT * 4

const PHOTO = await open(photoLike(WIDTH, HEIGHT)).jpeg().toBuffer()

let photo: SourceFile
beforeEach(async () => {
  photo = await sourceFile('image/jpeg', PHOTO)
})

// The unanswered requests to the decoder processes, by kind.
const asked: OrderKind[] = []
const ask: DecoderProcess['ask'] = Reflect.get(DecoderProcess.prototype, 'ask')
DecoderProcess.prototype.ask = async function askCounted(kind, given, timeoutMs) {
  asked.push(kind)
  mostRunning = Math.max(
    mostRunning,
    asked.filter((each) => each === 'decode_base' || each.startsWith('render')).length,
  )
  try {
    return await ask.call(this, kind, given, timeoutMs)
  } finally {
    asked.splice(asked.indexOf(kind), 1)
  }
}

let mostRunning = 0
async function mostAtOnce(work: () => Promise<unknown>): Promise<number> {
  mostRunning = 0
  await work()
  return mostRunning
}

describe('images at once', () => {
  it('are as many as the concurrency, and no more pipelines run than that', async () => {
    const processor = processorWith({ concurrency: 2 })
    const many = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 6 }, () => outcomesOf(processor, photo, FOUR)))
    expect(await mostAtOnce(many)).toBe(2)
  })

  it('are one after the other with a concurrency of 1', async () => {
    const processor = processorWith({ concurrency: 1 })
    const many = (): Promise<unknown> =>
      Promise.all([FOUR, FOUR, FOUR].map((recipes) => outcomesOf(processor, photo, recipes)))
    expect(await mostAtOnce(many)).toBe(1)
  })

  it('are fewer where their decoded sizes do not fit together', async () => {
    const many = (maxDecodedBytes: number): Promise<number> => {
      const processor = processorWith({ concurrency: 3, maxDecodedBytes })
      return mostAtOnce(() => Promise.all(Array.from({ length: 6 }, () => outcomesOf(processor, photo, ONE))))
    }
    expect(await many(DECODED_BYTES * 3)).toBe(3)
    expect(await many(DECODED_BYTES * 2 - 1)).toBe(1)
    expect(await many(1)).toBe(1)
  })
})

describe('the variants of one image', () => {
  it('are made side by side when nothing else is to do', async () => {
    const processor = processorWith({ concurrency: 3 })
    expect(await mostAtOnce(() => outcomesOf(processor, photo, FOUR))).toBe(3)
  })

  it('are made one after the other, the largest first, on one slot', async () => {
    const order: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => void order.push(name)
    const reversed = Object.fromEntries(Object.entries(FOUR).toReversed())
    await processorWith({ concurrency: 1 }).process(await request(photo, reversed, { onOutcome }))
    expect(order).toEqual(['large', 'medium', 'small', 'thumb'])
  })
})

describe('outcomes', () => {
  it('are delivered one at a time, and a slow commit holds back all but one further output', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    let inside = 0
    let most = 0
    const delivered: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      delivered.push(name)
      begin()
      await held
      inside -= 1
    }
    const processor = processorWith({ concurrency: 1 })
    const work = processor.process(await request(photo, FOUR, { onOutcome }))
    await begun
    // A second image would be let in as soon as the first had made all of its outputs.
    const behind = outcomesOf(processor, photo, ONE).then(() => 'made' as const)
    const patience = new Promise<'waits'>((resolve) => {
      let turns = 0
      const look = (): void => {
        // Nothing is asked of any process for long, measured in turns of the event loop.
        turns = asked.length > 0 ? 0 : turns + 1
        if (turns < 20_000) setImmediate(look)
        else resolve('waits')
      }
      look()
    })
    expect(await Promise.race([behind, patience])).toBe('waits')
    expect(delivered).toEqual(['large'])
    letGo()
    await Promise.all([work, behind])
    expect(delivered).toEqual(['large', 'medium', 'small', 'thumb'])
    expect(most).toBe(1)
  })
})
