import { describe, expect, it, vi } from 'vitest'
import { problem } from './scripted-server.ts'
import { fileOf, useServer } from './use-server.ts'

const { server, client } = useServer()

const streams = (): readonly string[] =>
  server()
    .log()
    .filter((line) => line.endsWith('/events'))

describe('watching an asset', () => {
  it('hears of every change, and ends with the settled asset', async () => {
    server().show({ state: 'validating', settled: false })
    const states: string[] = []
    const watched = client().watch('asset-1', ({ state }) => states.push(state))
    await vi.waitFor(() => expect(states).toEqual(['validating']), { timeout: 10_000 })
    server().show({ state: 'processing' })
    await vi.waitFor(() => expect(states).toEqual(['validating', 'processing']), { timeout: 10_000 })
    server().show({ state: 'ready', settled: true })
    await expect(watched).resolves.toMatchObject({ state: 'ready' })
    expect(states).toEqual(['validating', 'processing', 'ready'])
    expect(server().log()).toEqual(['GET /assets/asset-1/events'])
  })

  it('comes again with the last version when a stream ends, and misses nothing', async () => {
    server().show({ state: 'processing', settled: false })
    const states: string[] = []
    const watched = client().watch('asset-1', ({ state }) => states.push(state))
    await vi.waitFor(() => expect(states).toEqual(['processing']), { timeout: 10_000 })
    server().endStreams()
    await vi.waitFor(() => expect(streams()).toHaveLength(2), { timeout: 10_000 })
    expect(server().requests.at(-1)?.headers['last-event-id']).toBe('2')
    server().show({ state: 'ready', settled: true })
    await watched
    expect(states).toEqual(['processing', 'ready'])
  })

  it.each([
    ['are refused for want of places', { status: 503, headers: { 'retry-after': '1' } }],
    ['are answered by a proxy of its own mind', { status: 200, body: '<html></html>' }],
    ['break', 'cut'],
  ] as const)('asks again and again where streams %s', async (_name, answer) => {
    server().show({ state: 'processing', settled: false })
    server().interfere = ({ path }) => (path.endsWith('/events') ? answer : undefined)
    const states: string[] = []
    const watched = client().watch('asset-1', ({ state }) => states.push(state))
    await vi.waitFor(() => expect(states).toEqual(['processing']), { timeout: 10_000 })
    server().show({ state: 'ready', settled: true })
    await expect(watched).resolves.toMatchObject({ state: 'ready' })
    expect(states).toEqual(['processing', 'ready'])
  })

  it('is refused for an asset that is not there, without trying again', async () => {
    await expect(client().watch('asset-2', () => {})).rejects.toMatchObject({ code: 'not_found', status: 404 })
    expect(server().requests).toHaveLength(1)
  })

  it('ends when it is cancelled, and lets the server go', async () => {
    server().show({ state: 'processing', settled: false })
    const controller = new AbortController()
    const heard = vi.fn<() => void>()
    const watched = client().watch('asset-1', heard, { signal: controller.signal })
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce(), { timeout: 10_000 })
    controller.abort(new Error('seen enough'))
    await expect(watched).rejects.toThrow('seen enough')
    server().show({ state: 'ready', settled: true })
    expect(heard).toHaveBeenCalledOnce()
  })

  it('holds two streams at once; others ask again and again', async () => {
    server().show({ state: 'processing', settled: false })
    const one = client()
    const watched = Array.from({ length: 5 }, () => one.watch('asset-1', () => {}))
    await vi.waitFor(
      () =>
        expect(
          server()
            .log()
            .filter((line) => line === 'GET /assets/asset-1').length,
        ).toBeGreaterThan(2),
      { timeout: 10_000 },
    )
    expect(streams()).toHaveLength(2)
    server().show({ state: 'ready', settled: true })
    expect((await Promise.all(watched)).map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'ready'))
  })
})

it('asks for one asset', async () => {
  await expect(client().asset('asset-1')).resolves.toMatchObject({ id: 'asset-1', state: 'ready' })
  await expect(client().asset('a/../b')).rejects.toMatchObject({ code: 'not_found' })
  expect(server().log().at(-1)).toBe('GET /assets/a%2F..%2Fb')
})

it('says that nobody is signed in', async () => {
  server().interfere = () => problem(401, 'forbidden')
  await expect(client().upload(fileOf(1), { profile: 'photo' })).rejects.toMatchObject({
    code: 'forbidden',
    status: 401,
    message: 'You are not allowed to do this. You may have to sign in.',
  })
})
