import { createHandler, toNodeHandler } from '@rindle/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listen, type Server } from '../http/listen.ts'
import { type Application, startApplication } from '../support/application.ts'
import { familyProfiles, imagesOptions } from '../support/family-profiles.ts'

const profiles = { photo: familyProfiles.photo }
let application: Application<typeof profiles>
let server: Server

beforeAll(async () => {
  let answer: ReturnType<typeof toNodeHandler> = () => {}
  server = await listen((incoming, outgoing) => answer(incoming, outgoing))
  application = await startApplication({
    profiles,
    images: { ...imagesOptions, baseUrl: `${server.url}/rindle` },
    streams: { ...imagesOptions, baseUrl: `${server.url}/rindle` },
    processors: [],
  })
  answer = toNodeHandler(createHandler(application.rindle, { basePath: '/rindle' }))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await application[Symbol.asyncDispose]()
})

async function finding(options: object, option: 'images' | 'streams' = 'images') {
  const rindle = await application.another({ [option]: { ...imagesOptions, ...options } })
  const { checks } = await rindle.doctor({ profiles: ['photo'] })
  return checks.find(({ id }) => id === `${option}.route`)
}

it('the doctor finds the route of images, and secrets that differ', async () => {
  const baseUrl = `${server.url}/rindle/`
  expect(await finding({ baseUrl })).toMatchObject({ status: 'ok', component: 'images' })
  const secret = 'another secret of thirty-two characters or more'
  const other = await finding({ baseUrl, signingKeys: [secret] })
  expect(other).toMatchObject({ status: 'error', summary: expect.stringContaining('other secrets') })
  expect(JSON.stringify(other)).not.toContain(secret)
})

it('the doctor says what is missing where nobody, or somebody else, answers', async () => {
  expect(await finding({ baseUrl: `${server.url}/elsewhere` })).toMatchObject({
    status: 'error',
    summary: 'a request for an image is answered with 404, and not by rindle.serveImage()',
  })
  expect(await finding({ baseUrl: 'http://127.0.0.1:1/rindle' })).toMatchObject({
    status: 'warn',
    summary: expect.stringContaining('no server answers at http://127.0.0.1:1'),
  })
  expect(await finding({ baseUrl: '/rindle' })).toMatchObject({
    status: 'ok',
    summary: expect.stringContaining("pages of the application's origin"),
  })
})

it('the doctor finds the route of streams, secrets that differ, and what is missing', async () => {
  const baseUrl = `${server.url}/rindle`
  expect(await finding({ baseUrl }, 'streams')).toMatchObject({ status: 'ok', component: 'streams' })
  const other = await finding({ baseUrl, signingKeys: ['another secret of thirty-two characters or more'] }, 'streams')
  expect(other).toMatchObject({
    status: 'error',
    fix: 'Configure the same `streams.signingKeys` there as in this process.',
  })
  expect(await finding({ baseUrl: `${server.url}/elsewhere` }, 'streams')).toMatchObject({
    status: 'error',
    summary: 'a request for a playlist is answered with 404, and not by rindle.serveStream()',
  })
})
