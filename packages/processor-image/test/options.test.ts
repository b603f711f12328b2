import { afterEach, describe, expect, it, vi } from 'vitest'
import { imageProcessor } from '../src/index.ts'
import { parseOptions } from '../src/options.ts'

afterEach(() => vi.unstubAllEnvs())

describe('options', () => {
  it('are all optional', () => {
    const { concurrency, maxDecodedBytes, timeoutSeconds } = parseOptions({})
    expect(concurrency).toBeGreaterThanOrEqual(1)
    expect(maxDecodedBytes).toBeGreaterThanOrEqual(512 * 1024 * 1024)
    expect(timeoutSeconds).toBe(120)
  })

  it('by default take no more images at once than libuv has threads', () => {
    vi.stubEnv('UV_THREADPOOL_SIZE', '1')
    expect(parseOptions({}).concurrency).toBe(1)
  })

  it('let the memory grow with the images at once, so that many cores are of use', () => {
    expect(parseOptions({ concurrency: 16 }).maxDecodedBytes).toBe(2 * 1024 * 1024 * 1024)
    expect(parseOptions({ concurrency: 16, maxDecodedBytes: 7 }).maxDecodedBytes).toBe(7)
  })

  it('are refused together, each problem with its path', () => {
    const wrong: Record<string, unknown> = { concurrency: 0, timeoutSeconds: 1.5, quality: 3 }
    const create = (): unknown => imageProcessor(wrong)
    expect(create).toThrow(/concurrency[\s\S]*timeoutSeconds[\s\S]*quality: is not an option/)
    expect(create).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})

describe('an image processor', () => {
  it('says what it makes and what it reads', () => {
    const { name, capabilities, probes } = imageProcessor()
    expect(name).toBe('image')
    expect([...capabilities]).toEqual(['image/jpeg', 'image/png', 'image/webp', 'image/avif'])
    expect(probes.has('image/gif')).toBe(true)
    expect(probes.has('application/pdf')).toBe(false)
  })
})
