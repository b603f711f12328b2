import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { imageProcessor } from '../src/index.ts'
import { parseOptions } from '../src/options.ts'

describe('options', () => {
  it('are all optional', () => {
    const { concurrency, maxDecodedBytes, maxMemoryBytes, timeoutSeconds } = parseOptions({})
    expect(concurrency).toBeGreaterThanOrEqual(1)
    expect(maxDecodedBytes).toBeGreaterThanOrEqual(512 * 1024 * 1024)
    expect(maxMemoryBytes).toBe(2 * 1024 ** 3)
    expect(timeoutSeconds).toBe(120)
  })

  it('by default take as many images at once as there are cores', () => {
    expect(parseOptions({}).concurrency).toBe(availableParallelism())
  })

  it('let the memory grow with the images at once, so that many cores are of use', () => {
    expect(parseOptions({ concurrency: 16 }).maxDecodedBytes).toBe(2 * 1024 * 1024 * 1024)
    expect(parseOptions({ concurrency: 16, maxDecodedBytes: 7 }).maxDecodedBytes).toBe(7)
  })

  it('are refused together, each problem with its path', () => {
    const wrong: Record<string, unknown> = { concurrency: 0, maxMemoryBytes: 4096, timeoutSeconds: 1.5, quality: 3 }
    const create = (): unknown => imageProcessor(wrong)
    expect(create).toThrow(/concurrency[\s\S]*maxMemoryBytes[\s\S]*timeoutSeconds[\s\S]*quality: is not an option/)
    expect(create).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})

describe('an image processor', () => {
  it('says what it makes and what it reads', () => {
    const { name, capabilities, probes } = imageProcessor()
    expect(name).toBe('image')
    expect([...capabilities]).toEqual([
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/avif',
      'image/gif',
      'image/tiff',
      'image/source',
    ])
    expect(probes.has('image/gif')).toBe(true)
    expect(probes.has('application/pdf')).toBe(false)
  })
})
