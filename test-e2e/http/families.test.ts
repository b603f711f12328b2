import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHandler, type HandlerOptions, toNodeHandler, type WireAsset, type WireProblem } from '@rindle/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { familyProfiles, imagesOptions, openStorageIn } from '../support/family-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { listen } from './listen.ts'
import { actorOfHeader, callerOf, collectErrors } from './served-configuration.ts'

let application: Application<typeof familyProfiles>
let directory: string
let assetId: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-families-'))
  application = await startApplication({
    profiles: familyProfiles,
    storages: { main: openStorageIn(directory) },
    images: imagesOptions,
  })
  await application.work()
  assetId = await uploaded()
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** A photo that the actor `ann` has uploaded. */
async function uploaded(): Promise<string> {
  const { rindle } = application
  const bytes = await quadrants(200, 100)
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: bytes.byteLength, actorId: 'ann' }
  const { session, request } = await rindle.presignedPut('photo', declared)
  const { url, method, headers } = request
  expect((await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(bytes) }))).status).toBe(200)
  const { asset } = await rindle.verifyCompletion(session.id)
  await settled(rindle, asset.id)
  return asset.id
}

type Options = Partial<HandlerOptions<{ readonly id: string | number }, typeof familyProfiles>>

function handlerOf(options: Options = {}) {
  const errors: string[] = []
  const handler = createHandler(application.rindle, {
    basePath: '/rindle',
    actor: actorOfHeader,
    logger: collectErrors(errors),
    ...options,
  })
  const callAs = callerOf(handler)
  const call = async (method: string, path: string, body?: unknown, actor = 'ann') => {
    const answer = await callAs(method, path, body, { 'x-actor': actor })
    return { status: answer.status, body: answer.body as WireAsset & WireProblem }
  }
  return { handler, call, errors }
}

describe('the view of an asset', () => {
  it('has its families, and their members are no variants of their own', async () => {
    const { body } = await handlerOf().call('GET', `/assets/${assetId}`)
    expect(Object.keys(body.variants)).toEqual(['thumb'])
    const { hero, card } = body.families
    expect(hero).toEqual({
      url: expect.stringMatching(/^http:\/\/app\.test\/rindle\/images\/[\w-]+\.[\w-]+$/),
      widths: [40, 80, 160, 320],
      types: ['image/avif', 'image/webp', 'image/jpeg'],
      width: 200,
      height: 100,
      src: `${hero?.url}?w=320`,
      srcSet: [40, 80, 160, 320].map((width) => `${hero?.url}?w=${width} ${Math.min(width, 200)}w`).join(', '),
      sources: [],
    })
    expect(card).toMatchObject({ widths: [32, 64], types: ['image/webp', 'image/jpeg'], width: 64, height: 32 })
    expect(card?.sources.map(({ type }) => type)).toEqual(['image/webp'])
    expect([body.focus, body.settled]).toEqual([null, true])
  })

  it('is the same while an image is made on demand', async () => {
    const { handler, call } = handlerOf()
    const id = await uploaded()
    const version = async () => {
      const headers = { 'x-actor': 'ann' }
      const response = await handler(new Request(`http://app.test/rindle/assets/${id}/events`, { headers }))
      const text = await response.text()
      return /^id: (.+)$/m.exec(text)?.[1]
    }
    const before = await version()
    expect(before).toMatch(/^[\w-]{22}$/)
    const { body } = await call('GET', `/assets/${id}`)
    const image = await handler(new Request(`${body.families['hero']?.url}?w=40`))
    expect(image.status).toBe(200)
    expect(await version()).toBe(before)
  })

  it('has families without URLs where the authorizer refuses them', async () => {
    const stranger = handlerOf({ actor: () => 'stranger' as never, actorId: () => 'ann' })
    const refused = await stranger.call('GET', `/assets/${assetId}`)
    expect(refused.body.families['hero']).toEqual({
      url: null,
      widths: [],
      types: [],
      width: null,
      height: null,
      src: null,
      srcSet: null,
      sources: [],
    })
  })
})

describe('images of families', () => {
  it('need no actor, over HTTP: GET, HEAD, conditions, and problems', async () => {
    const { handler, call } = handlerOf()
    const { body } = await call('GET', `/assets/${assetId}`)
    await using server = await listen(toNodeHandler(handler))
    const url = `${server.url}${new URL(body.families['hero']?.url ?? '').pathname}`
    const image = await fetch(`${url}?w=80`, { headers: { accept: 'image/webp,*/*;q=0.8' } })
    const bytes = await image.arrayBuffer()
    expect([image.status, image.headers.get('content-type'), image.headers.get('vary')]).toEqual([
      200,
      'image/webp',
      'accept',
    ])
    const head = await fetch(`${url}?w=80&format=webp`, { method: 'HEAD' })
    expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, bytes.byteLength])
    const etag = image.headers.get('etag') ?? ''
    const same = await fetch(`${url}?w=80&format=webp`, { headers: { 'if-none-match': etag } })
    expect(same.status).toBe(304)
    for (const [path, status, code] of [
      [`${url}?w=no`, 400, 'invalid_input'],
      [`${server.url}/rindle/images/a.b?w=80`, 403, 'token_invalid'],
      [`${url}/more?w=80`, 404, 'not_found'],
    ] as const) {
      const refused = await fetch(path)
      expect([refused.status, ((await refused.json()) as WireProblem).code]).toEqual([status, code])
    }
  })
})

describe('the focus of an asset', () => {
  it('is set by who uploaded it, and taken away again', async () => {
    const { call } = handlerOf()
    const own = await uploaded()
    const set = await call('POST', `/assets/${own}/focus`, { focus: { x: 0.25, y: 1 } })
    expect([set.status, set.body.focus]).toEqual([200, { x: 0.25, y: 1 }])
    expect((await application.rindle.asset(own))?.focus).toEqual({ x: 0.25, y: 1 })
    const unset = await call('POST', `/assets/${own}/focus`, { focus: null })
    expect([unset.status, unset.body.focus]).toEqual([200, null])
  })

  it.each([
    {},
    { focus: {} },
    { focus: { x: 0.5 } },
    { focus: { x: 2, y: 0 } },
    { focus: { x: '0', y: 0 } },
    { x: 0, y: 0 },
  ])('is refused as %j', async (body) => {
    const { status, body: problem } = await handlerOf().call('POST', `/assets/${assetId}/focus`, body)
    expect([status, problem.code]).toEqual([400, 'invalid_input'])
  })

  it('is set by nobody else, unless canEdit allows it', async () => {
    const focus = { focus: { x: 0.5, y: 0.5 } }
    const own = await uploaded()
    const path = `/assets/${own}/focus`
    expect((await handlerOf().call('POST', path, focus, 'bea')).status).toBe(404)
    const viewer = await handlerOf({ canView: () => true }).call('POST', path, focus, 'bea')
    expect([viewer.status, viewer.body.code]).toEqual([403, 'forbidden'])
    const editor = handlerOf({ canEdit: ({ actor, asset }) => actor.id === 'bea' && asset.id === own })
    expect((await editor.call('POST', path, focus, 'bea')).status).toBe(200)
    expect((await editor.call('POST', path, { focus: null }, 'cleo')).status).toBe(404)
    const absent = '/assets/01900000-0000-7000-8000-000000000000/focus'
    expect((await editor.call('POST', absent, focus, 'bea')).status).toBe(404)
  })
})
