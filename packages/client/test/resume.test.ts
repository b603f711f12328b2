import type { UploadMemory } from '@rindle/client'
import { describe, expect, it, vi } from 'vitest'
import { problem, type Received } from './scripted-server.ts'
import { fileOf, memoryOf, useServer } from './use-server.ts'

const { server, client } = useServer()

const isPut = ({ method }: Received): boolean => method === 'PUT'

/** The first page: its line breaks for good when three of ten parts have arrived. */
async function interruptedUpload(memory = memoryOf()) {
  server().partBytes = 100
  let parts = 0
  const failing: typeof fetch = async (input, init) => {
    if (init?.method === 'PUT' && (parts += 1) > 3) throw new TypeError('fetch failed')
    return fetch(input, init)
  }
  const upload = client({ memory, fetch: failing }).upload(fileOf(1_000), { profile: 'photo' })
  await expect(upload).rejects.toMatchObject({ code: 'network_failed', retryable: true })
  await vi.waitFor(() => expect(server().stored('upload-1')).toHaveLength(300), { timeout: 10_000 })
  return memory
}

/** Another page, and its requests to the server: the first page may have made further ones. */
function laterPage(memory: UploadMemory) {
  const calls = () =>
    server()
      .requests.filter(({ headers }) => headers['x-page'] === 'later')
      .map(({ method, path }) => `${method} ${path.replace('/rindle', '')}`)
  return { page: client({ memory, headers: { 'x-page': 'later' } }), calls }
}

describe('an upload that was interrupted', () => {
  it('continues in another page, which sends only the missing parts', async () => {
    const memory = await interruptedUpload()
    const { page, calls } = laterPage(memory)
    const loaded: number[] = []
    const onProgress = ({ phase, loadedBytes }: { phase: string; loadedBytes: number }): void => {
      if (phase === 'uploading') loaded.push(loadedBytes)
    }
    await page.upload(fileOf(1_000), { profile: 'photo', onProgress })
    expect(calls()[0]).toBe('GET /uploads/upload-1')
    const sent = server()
      .requests.filter(isPut)
      .map(({ path }) => path)
    expect(sent).toHaveLength(10)
    expect(new Set(sent).size).toBe(10)
    expect(loaded[0]).toBe(300)
    expect(server().stored('upload-1')).toEqual(Buffer.from(await fileOf(1_000).arrayBuffer()))
    expect(memory.getItem('rindle.uploads')).toBeNull()
  })

  it.each([
    ['another file', fileOf(1_001), 'photo'],
    ['a file of another name', fileOf(1_000, 'other.jpg'), 'photo'],
    ['another profile', fileOf(1_000), 'document'],
  ])('is not what %s goes on with', async (_name, file, profile) => {
    const { page, calls } = laterPage(await interruptedUpload())
    await page.upload(file, { profile })
    expect(calls()[0]).toBe('POST /uploads')
  })

  it('starts over when the server does not know the session any more, or not for this user', async () => {
    const memory = await interruptedUpload()
    server().interfere = ({ path }) => (path === '/rindle/uploads/upload-1' ? problem(404, 'not_found') : undefined)
    await client({ memory }).upload(fileOf(1_000), { profile: 'photo' })
    expect(server().stored('upload-2')).toHaveLength(1_000)
    expect(memory.getItem('rindle.uploads')).toBeNull()
  })

  it('starts over when the session has ended', async () => {
    const memory = await interruptedUpload()
    const ended = JSON.stringify({ id: 'upload-1', assetId: 'asset-1', state: 'expired', strategy: 'multipart' })
    server().interfere = ({ path }) => (path === '/rindle/uploads/upload-1' ? { status: 200, body: ended } : undefined)
    await client({ memory }).upload(fileOf(1_000), { profile: 'photo' })
    expect(server().stored('upload-2')).toHaveLength(1_000)
  })

  it('is only waited for when the server has all of it already', async () => {
    const { page, calls } = laterPage(await interruptedUpload())
    const done = JSON.stringify({ id: 'upload-1', assetId: 'asset-1', state: 'completed', strategy: 'multipart' })
    server().interfere = ({ path }) => (path === '/rindle/uploads/upload-1' ? { status: 200, body: done } : undefined)
    await page.upload(fileOf(1_000), { profile: 'photo' })
    expect(calls()).toEqual(['GET /uploads/upload-1', 'POST /uploads/upload-1/complete', 'GET /assets/asset-1/events'])
  })
})

it('the same file twice at once is two uploads, and cancelling one leaves the other', async () => {
  server().interfere = ({ path }) => (path === '/store/upload-1/1' ? 'hang' : undefined)
  const page = client({ memory: memoryOf() })
  const controller = new AbortController()
  const cancelled = page.upload(fileOf(100), { profile: 'photo', signal: controller.signal })
  await vi.waitFor(() => expect(server().requests.some(isPut)).toBe(true), { timeout: 10_000 })
  await page.upload(fileOf(100), { profile: 'photo' })
  controller.abort()
  await expect(cancelled).rejects.toThrow()
  expect(server().stored('upload-2')).toHaveLength(100)
})

it('a cancelled or refused upload is not remembered', async () => {
  const memory = memoryOf()
  server().interfere = (request) => (isPut(request) ? 'hang' : undefined)
  const controller = new AbortController()
  const cancelled = client({ memory }).upload(fileOf(100), { profile: 'photo', signal: controller.signal })
  await vi.waitFor(() => expect(server().requests.some(isPut)).toBe(true), { timeout: 10_000 })
  expect(memory.getItem('rindle.uploads')).toContain('upload-1')
  controller.abort()
  await expect(cancelled).rejects.toThrow()
  expect(memory.getItem('rindle.uploads')).toBeNull()
  server().interfere = ({ path }) =>
    path.endsWith('/complete') ? problem(422, 'upload_rejected', 'mime_not_allowed') : undefined
  await expect(client({ memory }).upload(fileOf(100), { profile: 'photo' })).rejects.toThrow('not accepted')
  expect(memory.getItem('rindle.uploads')).toBeNull()
})

it.each([
  [
    'is full or forbidden',
    () => {
      throw new Error('QuotaExceededError')
    },
  ],
  ['holds something else under the name', () => 'not JSON'],
  ['holds JSON of another shape', () => '{"a":1,"b":null}'],
])('a memory that %s stops nothing', async (_name, getItem) => {
  const memory = { ...memoryOf(), getItem, setItem: getItem }
  await expect(client({ memory }).upload(fileOf(10), { profile: 'photo' })).resolves.toMatchObject({ state: 'ready' })
})

it('sessions that have ended by themselves are forgotten, and no more than a hundred kept', async () => {
  const entries = Array.from({ length: 150 }, (_, n) => [
    `file ${n}`,
    { id: `old-${n}`, expiresAtMs: n < 20 ? 1 : Date.now() + 60_000 },
  ])
  const kept = new Map([['rindle.uploads', JSON.stringify(Object.fromEntries(entries))]])
  server().interfere = (request) => (isPut(request) ? { status: 400 } : undefined)
  await expect(client({ memory: memoryOf(kept) }).upload(fileOf(10), { profile: 'photo' })).rejects.toThrow()
  const left = Object.keys(JSON.parse(kept.get('rindle.uploads') ?? '{}') as object)
  expect(left).toHaveLength(100)
  expect(left).not.toContain('file 0')
  expect(left).toContain('file 149')
})
