import { defineProfile, type JsonObject } from '@rindle/core'
import { defineProcessor } from '@rindle/core/adapter'
import { createHandler, type WireAsset, type WireUpload } from '@rindle/http'
import { openApi } from '@rindle/http/openapi'
import { memoryStorage } from '@rindle/testing'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'
import { actorOfHeader, callerOf, servedProfiles } from './served-configuration.ts'

const profiles = {
  ...servedProfiles,
  film: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: 1_000 } }),
  parts: defineProfile({ storage: 'parts', accept: { types: ['application/pdf'], maxBytes: 300_000_000 } }),
}
/** A file of MP4 without media: nothing here decodes it. */
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat', 'latin1')
const header = defineProcessor({
  name: 'header',
  recipes: [],
  probes: new Set(['video/mp4']),
  probe: () => Promise.resolve({ kind: 'video' as const, width: 160, height: 90, durationMs: 2_000 }),
  process: () => Promise.resolve(),
})
const document = openApi({ basePath: '/rindle' })
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema({ $id: 'document', ...document })

let application: Application<typeof profiles>
let picture: Buffer
/** Calls the handler, and checks that the document allows the request and the answer. */
let call: (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: never }>
/** What was answered, as `METHOD /path status`, of the routes of the document. */
const answered = new Set<string>()

beforeAll(async () => {
  application = await startApplication({
    profiles,
    storages: { parts: memoryStorage() },
    processors: [warmImageProcessor(), header],
  })
  await application.work()
  picture = await quadrants(32, 32)
  const handler = createHandler(application.rindle, {
    basePath: '/rindle',
    actor: (request) => (request.headers.get('x-actor') === '' ? null : actorOfHeader(request)),
    fetchUrls: true,
    canView: ({ actor }) => actor.id === 'bob',
  })
  const bare = callerOf(handler)
  call = async (method, path, body, headers) => {
    const { status, body: answer } = await bare(method, path, body, headers)
    const [route, operation] = operationOf(method, path)
    answered.add(`${method} ${route} ${status}`)
    const named = operation.responses[status] === undefined ? 'default' : String(status)
    const problems = [
      ...(status < 300
        ? problemsOf(body, [...operation.pointer, 'requestBody', 'content', 'application/json', 'schema'])
        : []),
      ...problemsOf(answer, [
        ...operation.pointer,
        'responses',
        named,
        'content',
        status < 300 ? 'application/json' : 'application/problem+json',
        'schema',
      ]),
    ]
    expect(problems, `${method} ${path} ${status}`).toEqual([])
    return { status, body: answer }
  }
})
afterAll(async () => application[Symbol.asyncDispose]())

it('the document is one of OpenAPI 3.1', async () => {
  // With line ends, for a text of one line is taken for the name of a file.
  expect(await new Validator().validate(JSON.stringify(document, null, 2))).toEqual({ valid: true })
})

it('the checks see an answer that lacks something, one that has too much, and a schema that is not there', () => {
  const schema = ['components', 'schemas', 'Part']
  expect(problemsOf({ partNumber: 1, byteSize: 2 }, schema)).toEqual([])
  expect(problemsOf({ partNumber: 1 }, schema)).toEqual([expect.stringContaining('byteSize')])
  expect(problemsOf({ partNumber: 1, byteSize: 2, key: 'k' }, schema)).toEqual([expect.stringContaining('additional')])
  expect(problemsOf({}, ['components', 'schemas', 'Nothing'])).toEqual([expect.stringContaining('no schema')])
})

it('every route answers as the document says, and fails as it says', async () => {
  const declared = { profile: 'photo', filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
  const { id, assetId, request } = (await call('POST', '/uploads', declared)).body as WireUpload
  await call('GET', `/uploads/${id}`)
  await call('POST', `/uploads/${id}/complete`)
  await call('POST', `/uploads/${id}/sign`)
  const { method = '', url = '', headers = {} } = request ?? {}
  await application.rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(picture) }))
  await call('POST', `/uploads/${id}/complete`)
  await settled(application.rindle, assetId)
  const asset = (await call('GET', `/assets/${assetId}`)).body as WireAsset
  expect(asset).toMatchObject({ state: 'ready', variants: { thumb: { state: 'ready' } } })
  await call('POST', `/assets/${assetId}/focus`, { focus: { x: 0.5, y: 0.25 } })
  await call('POST', `/assets/${assetId}/focus`, { focus: null }, { 'x-actor': 'bob' })
  const track = { text: 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n', kind: 'captions', lang: 'en' }
  await call('POST', `/assets/${assetId}/tracks`, track)
  const { id: filmId } = await application.rindle.upload('film', MP4, { filename: 'a.mp4', actorId: 'ann' })
  await settled(application.rindle, filmId)
  const film = (await call('POST', `/assets/${filmId}/tracks`, track)).body as WireAsset
  await call('DELETE', `/assets/${filmId}/tracks/${film.tracks[0]?.id}`)

  const fetched = await call('POST', '/uploads/from-url', { profile: 'photo', url: 'https://media.invalid/a.jpg' })
  await call('DELETE', `/uploads/${(fetched.body as WireUpload).id}`)

  const pdf = { profile: 'parts', filename: 'a.pdf', contentType: 'application/pdf', byteSize: 20_000_000 }
  const parts = (await call('POST', '/uploads', { ...pdf, strategy: 'multipart' })).body as WireUpload
  expect(parts).toMatchObject({ strategy: 'multipart', partCount: 3 })
  await call('POST', `/uploads/${parts.id}/parts/1`)
  await call('POST', `/uploads/${parts.id}/parts/0`)
  expect((await call('GET', `/uploads/${parts.id}`)).body).toMatchObject({ parts: [] })
  await call('DELETE', `/uploads/${parts.id}`)
  await call('POST', `/uploads/${parts.id}/parts/1`)

  await call('POST', '/uploads', { ...declared, byteSize: 500_000_000 })
  await call('POST', '/uploads', { ...declared, contentType: 'application/pdf', filename: 'a.pdf' })
  await call('POST', '/uploads', { ...declared, filename: 'a.exe' })
  await call('POST', '/uploads', {})
  for (const [verb, path] of [
    ['GET', `/assets/${id}`],
    ['GET', `/uploads/${assetId}`],
    ['POST', `/uploads/${assetId}/sign`],
  ] as const) {
    await call(verb, path)
    await call(verb, path, undefined, { 'x-actor': '' })
  }
  await call('GET', `/assets/${assetId}/events`, undefined, { 'x-actor': 'carol' })
  expect(answersWithJson().filter((answer) => !answered.has(answer))).toEqual([])
})

/** All good answers of the document that are JSON, as they are kept in `answered`. */
function answersWithJson(): readonly string[] {
  return Object.entries(document['paths'] as Paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses = {} }]) =>
      Object.entries(responses)
        .filter(([status, { content = {} }]) => status.startsWith('2') && 'application/json' in content)
        .map(([status]) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
}

interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: object }>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

function operationOf(
  method: string,
  path: string,
): [string, Required<Operation> & { readonly pointer: readonly string[] }] {
  const paths = document['paths'] as Paths
  const route = Object.keys(paths).find(
    (each) =>
      new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) && method.toLowerCase() in (paths[each] ?? {}),
  )
  if (route === undefined) throw new Error(`The document has no ${method} ${path}.`)
  const { responses = {} } = paths[route]?.[method.toLowerCase()] ?? {}
  return [route, { responses, pointer: ['paths', route, method.toLowerCase()] }]
}

/** What is wrong with a value by the schema at that place of the document; nothing is right where no schema is. */
function problemsOf(value: unknown, place: readonly string[]): readonly string[] {
  const found = place.reduce<unknown>((node, name) => (node as JsonObject | undefined)?.[name], document)
  if (found === undefined) return value === undefined || value === null ? [] : [`no schema at ${place.join(' ')}`]
  const pointer = place.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const validate = ajv.getSchema(`document#/${pointer}`)
  if (validate === undefined) return [`no schema at ${pointer}`]
  return validate(value) === true
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      )
}
