import { defineProfile, type HookHandlers } from '@rindle/core'
import { expect, it } from 'vitest'
import { soon, useHookApplication } from './hook-application.ts'

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const photoWith = (on: HookHandlers) => defineProfile({ storage: 'main', accept, on })

const at = useHookApplication({ photo: photoWith({}) })

it('what a service says of a picture lands in its metadata, after the service was away', async () => {
  const answers = [503, 200]
  await at.restart({
    profiles: {
      photo: photoWith({
        ready: async ({ asset, tx }) => {
          const status = answers.shift()
          if (status !== 200 || asset === null) throw new Error(`The service answered ${status}.`)
          await at.rindle.mergeMetadata(asset, { alt: 'Four colours.', isSafe: true }, { tx })
        },
      }),
    },
  })
  const id = await at.ready()
  const before = await at.rindle.asset(id)
  await soon(async () => {
    await at.later()
    expect((await at.rindle.asset(id))?.metadata).toMatchObject({ alt: 'Four colours.' })
  })
  expect((await at.rindle.asset(id))?.metadata).toEqual({ ...before?.metadata, alt: 'Four colours.', isSafe: true })
  expect(answers).toEqual([])
})

it('values of different keys do not overwrite each other, and a repeated key is replaced', async () => {
  const rindle = await at.restart({})
  const id = await at.ready()
  await Promise.all([rindle.mergeMetadata({ id }, { a: 1 }), rindle.mergeMetadata({ id }, { b: [2] })])
  expect((await rindle.mergeMetadata({ id }, { a: { c: '\\u0000' } })).metadata).toMatchObject({
    a: { c: '\\u0000' },
    b: [2],
  })
})

it('values that are no JSON object, or too large, are refused, and an unknown asset is not found', async () => {
  const rindle = await at.restart({})
  const id = await at.ready()
  const refused: readonly unknown[] = [
    'text',
    ['a'],
    null,
    { a: 'b\0c' },
    { 'a\0': 1 },
    { a: '\ud800' },
    { a: 'x'.repeat(70_000) },
  ]
  for (const values of refused) {
    await expect(rindle.mergeMetadata({ id }, values as never)).rejects.toMatchObject({ code: 'invalid_input' })
  }
  const unknown = '01900000-0000-7000-8000-000000000000'
  await expect(rindle.mergeMetadata({ id: unknown }, { a: 1 })).rejects.toMatchObject({ code: 'not_found' })
})
