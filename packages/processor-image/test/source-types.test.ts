import { canonicalContentType, extensionsOf } from '@rindle/core/adapter'
import { expect, it } from 'vitest'
import { imageProcessor } from '../src/index.ts'

it('every type that it reads is one that the gate gives, and has a name', () => {
  const types = [...imageProcessor().probes]
  expect(types.length).toBeGreaterThan(5)
  expect(types.filter((type) => canonicalContentType(type) !== type)).toEqual([])
  expect(types.filter((type) => extensionsOf(type).length === 0)).toEqual([])
})
