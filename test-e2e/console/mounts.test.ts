import { afterAll, beforeAll, describe, it } from 'vitest'
import { listen, type Server } from '../http/listen.ts'
import { mounts } from '../http/mounts.ts'
import { type Application, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { checkMount, mountedConsole } from './check-mount.ts'

let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication()
})
afterAll(async () => application[Symbol.asyncDispose]())

describe.each(Object.entries(mounts))('a console mounted in %s', (_name, mount) => {
  let server: Server
  beforeAll(async () => {
    server = await listen(await mount(mountedConsole(application.rindle)))
  })
  afterAll(async () => server[Symbol.asyncDispose]())

  it('shows its pages to those who are signed in, files to everybody, and takes forms', () =>
    checkMount(server.url, application.rindle))
})
