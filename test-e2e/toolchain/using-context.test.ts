import { expect, test } from 'vitest'
import usingContext from './using-context.ts'

/** What a compiler makes of a block that is using three things and then ends with `outcome`. */
async function block(seen: string[], outcome: () => string, failing: readonly string[] = []): Promise<string> {
  const context = usingContext()
  const dispose = (name: string) => () => {
    seen.push(name)
    if (failing.includes(name)) throw new Error(name)
  }
  try {
    context.a({ [Symbol.asyncDispose]: async () => dispose('first')() })
    context.u({ [Symbol.dispose]: dispose('second') })
    context.a(null)
    context.a({ [Symbol.dispose]: dispose('third') })
    return outcome()
  } catch (error) {
    context.e = error
    return 'never'
  } finally {
    await context.d()
  }
}

test('what a block is using is disposed of after it, the last first', async () => {
  const seen: string[] = []
  expect(await block(seen, () => 'done')).toBe('done')
  expect(seen).toEqual(['third', 'second', 'first'])
})

test('a block that throws is followed by every disposal, and its error is thrown', async () => {
  const seen: string[] = []
  const outcome = (): string => {
    throw new Error('outcome')
  }
  await expect(block(seen, outcome)).rejects.toThrow(/^outcome$/)
  expect(seen).toEqual(['third', 'second', 'first'])
})

test('a disposal that fails keeps no other from being done, and suppresses the error before it', async () => {
  const seen: string[] = []
  const failed = block(seen, () => 'done', ['third', 'first'])
  await expect(failed).rejects.toMatchObject({
    name: 'SuppressedError',
    error: { message: 'first' },
    suppressed: { message: 'third' },
  })
  expect(seen).toEqual(['third', 'second', 'first'])
})

test('what cannot be disposed of is refused at once', () => {
  expect(() => usingContext().u({})).toThrow(TypeError)
})
