import { canonicalContentType, extensionsOf } from '@rindle/core/adapter'
import { expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'

it('every type that the processor reads is known to the gate, and has a file extension', () => {
  const types = [...avProcessor().probes]
  expect(types.length).toBeGreaterThan(5)
  expect(types.filter((type) => canonicalContentType(type) !== type)).toEqual([])
  expect(types.filter((type) => extensionsOf(type).length === 0)).toEqual([])
})
