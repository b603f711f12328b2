import { chmod, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { WireRequest, WireUpload } from '@rindle/http'
import { freePort, type Supervised, supervise } from '@rindle/test-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { nginxMissing } from '../delivery/nginx-server.ts'
import { readEvents } from '../http/read-events.ts'
import { type ServedApplication, serveApplication } from '../http/served-application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { deployFile } from './deploy-files.ts'

const IS_RUN = byRunLength('nginx before the application', { sample: false, short: true, long: true })
const missing = await nginxMissing()
if (IS_RUN && missing !== undefined) console.warn(`Skipped: ${missing}.`)

const ANN = { 'x-actor': 'ann' }

describe.skipIf(!IS_RUN || missing !== undefined)(
  'an application behind nginx, with the configuration of the page,',
  () => {
    let served: ServedApplication
    let nginx: Supervised
    let url: string

    beforeAll(async () => {
      ;[served, nginx] = await Promise.all([serveApplication(), supervise()])
      await served.application.work()
      url = `http://127.0.0.1:${await freePort()}`
      await startNginx()
    }, 60_000)
    afterAll(async () => {
      await nginx.stop()
      await served[Symbol.asyncDispose]()
    })

    async function startNginx(): Promise<void> {
      const { directory } = nginx
      const site = deployFile('nginx.conf')
        .replace('listen 443 ssl;', `listen ${new URL(url).host};`)
        .replaceAll(/ {2}ssl_\S+ .*;\n/g, '')
        .replace('127.0.0.1:3000', new URL(served.url).host)
        .replaceAll('/etc/nginx/media-proxy.conf', join(directory, 'media-proxy.conf'))
      await chmod(directory, 0o755)
      await writeFile(join(directory, 'media-proxy.conf'), deployFile('nginx-proxy.conf'))
      const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`)
      const own = 'daemon off; master_process off; pid nginx.pid; error_log stderr; events { worker_connections 64; }'
      const text = `${own}\nhttp { access_log off; ${scratch.join(' ')}\n${site}\n}\n`
      await writeFile(join(directory, 'nginx.conf'), text)
      const program = { command: 'nginx', args: ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'] }
      await nginx.start('nginx', program, () => fetch(url))
    }

    it('takes a body as it comes, and one that is larger than nginx takes by itself', async () => {
      const picture = Buffer.concat([await quadrants(80, 60), Buffer.alloc(3_000_000)])
      const declared = { profile: 'photo', filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
      const begun = await begin(declared)
      const path = new URL(begun.request.url).pathname
      const upload = request(`${url}${path}`, { method: 'PUT', headers: begun.request.headers })
      upload.write(picture.subarray(0, 1_500_000))
      // nginx keeps nothing back: half of the body is at the application before the rest is sent.
      await vi.waitFor(async () => expect(await served.temporaryFiles()).toHaveLength(1), { timeout: 10_000 })
      const answered = new Promise<number | undefined>((resolve, reject) => {
        upload.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject)
      })
      upload.end(picture.subarray(1_500_000))
      expect(await answered).toBe(200)
    })

    it('passes events on at once, and ranges of files', async () => {
      const picture = await quadrants(80, 60)
      const declared = { profile: 'photo', filename: 'a.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
      const begun = await begin(declared)
      const { method, headers } = begun.request
      const sent = `${url}${new URL(begun.request.url).pathname}`
      await fetch(sent, { method, headers, body: new Uint8Array(picture) })
      const events = readEvents(await fetch(`${url}/rindle/assets/${begun.assetId}/events`, { headers: ANN }))
      const first = await events.next()
      expect(first.value?.asset.settled).toBe(false)
      await fetch(`${url}/rindle/uploads/${begun.id}/complete`, { method: 'POST', headers: ANN })
      let asset = first.value?.asset
      for await (const event of events) {
        asset = event.asset
        if (asset.settled) break
      }
      const file = new URL(asset?.url ?? '')
      const part = await fetch(`${url}${file.pathname}`, { headers: { range: 'bytes=0-3' } })
      expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 4])
    })

    async function begin(declared: object): Promise<Begun> {
      const headers = { ...ANN, 'content-type': 'application/json' }
      const answer = await fetch(`${url}/rindle/uploads`, { method: 'POST', headers, body: JSON.stringify(declared) })
      expect(answer.status).toBe(201)
      return (await answer.json()) as Begun
    }
  },
)

type Begun = WireUpload & { readonly request: WireRequest }
