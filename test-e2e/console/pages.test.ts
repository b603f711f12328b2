import { randomUUID } from 'node:crypto'
import { rindleConsole } from '@rindle/console'
import { type AssetWithVariants, silentLogger } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { HOSTILE_NAMES, pagePaths, uploadHostile } from '../support/console-scene.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { grain } from '../support/pictures.ts'

let application: Application<typeof photoProfiles>
let picture: AssetWithVariants
let refused: AssetWithVariants
let handler: ReturnType<typeof rindleConsole>

beforeAll(async () => {
  application = await startApplication()
  const { rindle } = application
  const workers = await application.work()
  const bytes = await grain(320, 240)
  const first = await rindle.upload('photo', bytes, { filename: 'Oak by the mill.jpg' })
  const junk = await rindle.upload('photo', Buffer.from('GIF89a no picture'), { filename: 'broken.gif' })
  await uploadHostile(rindle)
  picture = await settled(rindle, first.id)
  refused = await settled(rindle, junk.id)
  await workers.stop()
  handler = rindleConsole(rindle, {
    basePath: '/admin/media',
    actor: (request) => (request.headers.get('x-operator') === null ? null : { id: 'ana' }),
    logger: silentLogger,
  })
}, 60_000)
afterAll(async () => application[Symbol.asyncDispose]())

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  handler(new Request(`http://console.test/admin/media${path}`, { headers: { 'x-operator': 'ana', ...headers } }))
const textOf = async (path: string): Promise<string> => (await get(path)).text()

describe('the console', () => {
  it('shows every page, with headers that let nothing in from elsewhere', async () => {
    for (const path of pagePaths(picture.id)) {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(response.headers.get('cache-control')).toBe('no-store')
      const html = await response.text()
      expect(html).toContain('<main id="main"')
      expect(html.match(/<script(?![^>]* src=)| style=| on[a-z]+="/g)).toBeNull()
      expect(html).not.toContain('[object ')
      expect(html).not.toContain('undefined')
    }
  })

  it('shows nothing to somebody who is not signed in', async () => {
    const response = await handler(new Request('http://console.test/admin/media/assets'))
    expect(response.status).toBe(401)
    expect(await response.text()).not.toContain('Oak by the mill')
  })

  it('escapes file names, and writes out characters that hide something', async () => {
    for (const path of ['/assets', '/assets?view=table']) {
      const html = await textOf(path)
      expect(html).not.toContain('<script>alert')
      expect(html).not.toContain('<img src=x')
      expect(html).not.toMatch(/[\u202e\u200b\u2066]/)
      expect(html).toContain('U+202E')
    }
    const page = await application.rindle.listAssets({ limit: 50 })
    for (const { id } of page.assets) {
      const html = await textOf(`/assets/${id}`)
      expect(html).not.toMatch(/<script>alert|<img src=x|<svg onload|[\u202e\u200b\u2066]/)
    }
    expect(page.assets.length).toBeGreaterThanOrEqual(HOSTILE_NAMES.length)
  })

  it('finds assets by the beginning of their names, by state, kind and date, and by their id', async () => {
    expect(await textOf('/assets?name=oak%20BY')).toContain(picture.id)
    expect(await textOf('/assets?name=by%20the')).not.toContain(picture.id)
    expect(await textOf('/assets?state=quarantined')).toContain(refused.id)
    expect(await textOf('/assets?state=quarantined')).not.toContain(picture.id)
    expect(await textOf('/assets?kind=video')).toContain('No asset matches')
    expect(await textOf('/assets?before=2020-01-01')).toContain('No asset matches')
    expect(await textOf('/assets?from=2020-01-01')).toContain(picture.id)
    const found = await get(`/assets?find=${picture.id}`)
    expect([found.status, found.headers.get('location')]).toEqual([303, `/admin/media/assets/${picture.id}`])
  })

  it('shows the assets of one tenant, and what accounts hold against their limits', async () => {
    const { rindle } = application
    const own = await rindle.forTenant('acme').upload('photo', await grain(16, 16), { filename: 'own.jpg' })
    const list = await textOf('/assets?tenant=acme')
    expect([list.includes(own.id), list.includes(picture.id)]).toEqual([true, false])
    expect(await textOf(`/assets/${own.id}`)).toContain('<code class="any">acme</code>')
    const account = { account: 'acme/actor:<42>', bytes: 1_500_000n, assets: 3n, maxBytes: 2_000_000n }
    await rindle.prisma.mediaQuota.create({ data: account })
    const page = await textOf('/quotas')
    expect(page).toContain('acme/actor:&lt;42&gt;')
    expect(page).toMatch(/1\.5 MB of 2(\.0)? MB<meter min="0" max="2000000" value="1500000"/)
    expect(await textOf('/quotas?account=actor:7')).toContain('There is no such account')
  })

  it('says what is wrong with a filter', async () => {
    const response = await get('/assets?owner=88')
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('An owner is written as type:id')
  })

  it('serves the bytes of checked files, also a range of them, and no others', async () => {
    const whole = await get(`/preview/${picture.id}/thumb`)
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(whole.headers.get('content-security-policy')).toContain('sandbox')
    const bytes = Buffer.from(await whole.arrayBuffer())
    const part = await get(`/preview/${picture.id}/thumb`, { range: 'bytes=4-9' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-9/${bytes.length}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(4, 10))
    expect((await get(`/preview/${picture.id}/thumb`, { range: 'bytes=999999-' })).status).toBe(416)
    expect((await get(`/preview/${refused.id}`)).status).toBe(404)
    expect((await get(`/preview/${picture.id}/none`)).status).toBe(404)
  })

  it('shows why a file was refused, and a stand-in instead of its bytes', async () => {
    const html = await textOf(`/assets/${refused.id}`)
    expect(html).toContain(refused.errorReason ?? 'no reason')
    expect(html).toContain('Refused: never shown')
    expect(html).not.toContain(`/preview/${refused.id}`)
  })

  it('shows text tracks, and members of streams with their resolution and bandwidth, escaped', async () => {
    const { prisma } = application.rindle
    const assetId = picture.id
    const track = { kind: 'captions', lang: 'pt-BR', label: '<b>Português</b>', isDefault: true, cueCount: 7 }
    await prisma.mediaTrack.create({
      data: { ...track, id: randomUUID(), assetId, storageKey: 'tracks/none.vtt', byteSize: 1_234 },
    })
    const stream = { role: 'video', codecs: '<i>avc1</i>', bandwidth: 1_250_400 }
    await prisma.mediaVariant.updateMany({ where: { assetId, name: 'thumb' }, data: { metadata: { stream } } })
    const html = await textOf(`/assets/${assetId}`)
    for (const text of ['&lt;b&gt;Português&lt;/b&gt;', 'captions', 'pt-BR', '1.2 kB', '1,250 kbit/s']) {
      expect(html).toContain(text)
    }
    expect(html).toContain('&lt;i&gt;avc1&lt;/i&gt;')
    expect(html).not.toContain('<i>avc1')
  })

  it('answers what does not exist with a page', async () => {
    const nowhere = await get('/nowhere')
    expect(nowhere.status).toBe(404)
    expect((await get('/assets/018f0000-0000-7000-8000-000000000000')).status).toBe(404)
    expect((await get('/assets/%E0%A4%A')).status).toBe(404)
  })
})
