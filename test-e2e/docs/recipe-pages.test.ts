import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { defineProfile, type NoNames, type Profile, type Rindle } from '@rindle/core'
import { createHandler, type RindleHandler, toNodeHandler } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { actorOfHeader } from '../http/served-configuration.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { type RecipeApplication, startRecipeApplication } from './recipe-application.ts'
import { type SavedPage, savePage } from './saved-page.ts'

const ARE_RUN = byRunLength('recipes for forms, galleries, guests and documents, as their pages write them', {
  sample: false,
  short: true,
  long: true,
})

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1_000_000 },
  variants: { thumb: image.crop(160, 160, { format: 'webp' }) },
  slots: { avatar: 'one' },
})
/** The profile that the page of the gallery writes. */
type Photo = Profile<{ readonly thumb: 'image'; readonly large: 'image' }, { readonly gallery: 'many' }, 'main'>
/** The profile that the page of documents writes. */
type Document = Profile<NoNames, { readonly documents: 'many' }, 'main'>
type Recipes = {
  readonly avatar: typeof avatar
  readonly photo: Photo
  readonly document: Document
}

describe.skipIf(!ARE_RUN)('the code of the recipe', () => {
  let application: RecipeApplication<Recipes>
  let rindle: Rindle<Recipes>
  const saved: SavedPage[] = []

  /** A module of a page, whose application has these names. */
  async function from<T>(page: string, file: string, given: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const copy = await savePage(`docs/recipes/${page}.md`, given)
    saved.push(copy)
    return (await import(copy.path(file))) as T
  }

  beforeAll(async () => {
    const { photo } = await from<{ readonly photo: Photo }>('gallery', 'gallery-profile.ts')
    const { document } = await from<{ readonly document: Document }>('private-documents', 'document-profile.ts')
    application = await startRecipeApplication({ avatar, photo, document })
    rindle = application.rindle
  })

  afterAll(async () => {
    await application[Symbol.asyncDispose]()
    for (const page of saved) await page[Symbol.asyncDispose]()
  })

  test('of a plain form takes a picture, and says what is wrong with anything else', async () => {
    const { app } = await from<{ readonly app: Hono }>('plain-form', 'form.ts', { rindle })
    application.mount(listenerOf(app))
    const url = `${application.address}/avatar`
    const send = (chosen: File): Promise<Response> => {
      const body = new FormData()
      body.set('picture', chosen)
      return fetch(url, { method: 'POST', body, redirect: 'manual' })
    }
    expect(await (await fetch(url)).text()).toContain('<input type="file" name="picture"')
    const taken = await send(await picture('me.jpg'))
    expect([taken.status, taken.headers.get('location')]).toEqual([303, '/avatar'])
    const nothing = await send(new File([], ''))
    expect([nothing.status, await nothing.text()]).toEqual([422, expect.stringContaining('Please choose a picture.')])
    const refused = await send(new File(['This is no picture.'], 'me.jpg', { type: 'image/jpeg' }))
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('This is not a picture that')])
    const attached = await rindle.attachmentFor({ type: 'member', id: 7 }, 'avatar')
    expect(attached?.asset.filename).toBe('me.jpg')
  })

  describe('of a gallery', () => {
    interface Gallery {
      readonly add: (albumId: string, photoId: string) => Promise<void>
      readonly order: (albumId: string, photoIds: readonly string[]) => Promise<boolean>
      readonly remove: (albumId: string, photoId: string) => Promise<void>
      readonly photos: (albumId: string) => Promise<readonly { readonly id: string; readonly url: string | null }[]>
    }

    test('keeps the order of the uploads and then that of the user', async () => {
      const { handler } = await from<Mounted>('gallery', 'block-1.ts', { rindle, currentUser: actorOfHeader })
      const { add, order, remove, photos } = await from<Gallery>('gallery', 'gallery.ts', { rindle })
      application.mount(toNodeHandler(handler))
      const client = application.client({ 'x-actor': 'album-1' })
      const send = async (name: string): Promise<string> =>
        (await client.upload(await picture(name), { profile: 'photo', slot: 'gallery' })).id
      const ids = async (): Promise<string[]> => (await photos('album-1')).map(({ id }) => id)
      const [a, b] = [await send('a.jpg'), await send('b.jpg')]
      const { id: c } = await rindle.upload('photo', await picture('c.jpg'))
      await add('album-1', c)
      expect(await ids()).toEqual([a, b, c])
      expect(await order('album-1', [c, a, b])).toBe(true)
      expect(await ids()).toEqual([c, a, b])
      await remove('album-1', a)
      expect(await ids()).toEqual([c, b])
      await expect.poll(async () => (await rindle.asset(a))?.state ?? 'deleted').toBe('deleted')
      // The list of a user who has not seen the removal.
      expect(await order('album-1', [a, b, c])).toBe(false)
      const [, { url } = { url: null }] = await photos('album-1')
      expect((await fetch(url ?? '')).headers.get('content-type')).toBe('image/webp')
    })
  })

  test('for guests keeps them apart, and gives a new account what its guest uploaded', async () => {
    vi.stubEnv('COOKIE_SECRET', 'a key for tests only')
    const { app } = await from<{ readonly app: Hono }>('guests', 'guests.ts', { rindle })
    vi.unstubAllEnvs()
    const { keepUploads } = await from<{
      readonly keepUploads: (guestId: string, photoIds: readonly string[], userId: number) => Promise<void>
    }>('guests', 'keep-uploads.ts', { rindle })
    application.mount(listenerOf(app))
    const guest = async (): Promise<{ readonly id: string; readonly cookie: string }> => {
      const response = await fetch(`${application.address}/rindle/assets/none`)
      const [cookie = ''] = response.headers.get('set-cookie')?.split(';') ?? []
      return { cookie, id: decodeURIComponent(cookie).split(/[=.]/)[1] ?? '' }
    }
    const [ann, bob] = [await guest(), await guest()]
    expect(ann.id).not.toBe(bob.id)
    const client = application.client({ cookie: ann.cookie })
    const { id } = await client.upload(await picture('quote.jpg'), { profile: 'photo' })
    const seen = [ann, bob].map(({ cookie }) =>
      fetch(`${application.address}/rindle/assets/${id}`, { headers: { cookie } }),
    )
    expect((await Promise.all(seen)).map(({ status }) => status)).toEqual([200, 404])
    const refused = client.upload(await picture('me.jpg'), { profile: 'avatar' })
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
    await expect(keepUploads(bob.id, [id], 8)).rejects.toMatchObject({ code: 'not_found' })
    await keepUploads(ann.id, [id], 9)
    expect((await rindle.attachmentsFor([{ type: 'user', id: 9 }], ['gallery'])).map(({ asset }) => asset.id)).toEqual([
      id,
    ])
  })

  test('of private documents gives a URL to the customer and to nobody else', async () => {
    application.mount(toNodeHandler(createHandler(rindle, { basePath: '/rindle', actor: actorOfHeader })))
    const { id } = await rindle.upload('document', Buffer.from('%PDF-1.7\n'), { filename: 'contract.pdf' })
    const asset = await vi.waitFor(async () => {
      const found = await rindle.asset(id)
      if (found?.state !== 'ready') throw new Error(`The document is ${found?.state}.`)
      return found
    })
    const user = { documentIds: [id] }
    const { url } = await from<{ readonly url: string }>('private-documents', 'block-1.ts', { rindle, asset, user })
    const file = await fetch(url)
    expect([await file.text(), file.headers.get('content-disposition')]).toEqual([
      '%PDF-1.7\n',
      expect.stringMatching(/^attachment; .*contract\.pdf/),
    ])
    expect(await rindle.url(asset, { actor: { role: 'staff' } })).toContain('/files/')
    const refusal = {
      code: 'forbidden',
      message: expect.stringContaining('This document belongs to another customer.'),
    }
    await expect(rindle.url(asset, { actor: { documentIds: [] } })).rejects.toMatchObject(refusal)
    await expect(rindle.url(asset)).rejects.toMatchObject(refusal)
  })

  test('of private documents takes, lists and opens those of a customer, and hides those of others', async () => {
    const { app } = await from<{ readonly app: Hono<Users> }>('private-documents', 'documents.ts', { rindle })
    const signedIn = new Hono<Users>().use(async (context, next) => {
      context.set('user', { id: Number(context.req.header('x-actor')) })
      await next()
    })
    const site = signedIn.route('/', app)
    const send = (content: string): Promise<Response> => {
      const body = new FormData()
      body.set('document', new File([content], 'invoice.pdf', { type: 'application/pdf' }))
      return Promise.resolve(site.request('/documents', { method: 'POST', body, headers: { 'x-actor': '31' } }))
    }
    const seenBy = (id: number, path: string) => site.request(path, { headers: { 'x-actor': String(id) } })
    expect((await send('<html>')).status).toBe(422)
    expect((await send('%PDF-1.7\n')).status).toBe(303)
    const listed = async (id: number) => (await seenBy(id, '/documents')).json() as Promise<readonly { id: string }[]>
    expect(await listed(32)).toEqual([])
    const [document] = await listed(31)
    expect(document).toMatchObject({ filename: 'invoice.pdf' })
    const opened = (id: number) => seenBy(id, `/documents/${document?.id}`)
    await expect.poll(async () => (await opened(31)).status).toBe(302)
    expect((await opened(32)).status).toBe(404)
    expect((await seenBy(31, '/documents/none')).status).toBe(404)
  })

  describe('for an id that a client sent', () => {
    test('lets the server attach the upload itself', async () => {
      const { handler } = await from<Mounted>('attach-uploaded', 'block-1.ts', { rindle, currentUser: actorOfHeader })
      application.mount(toNodeHandler(handler))
      const client = application.client({ 'x-actor': 'ann' })
      await from('attach-uploaded', 'block-2.ts', { client, file: await picture('ann.jpg') })
      expect((await rindle.attachmentFor({ type: 'member', id: 'ann' }, 'avatar'))?.asset.filename).toBe('ann.jpg')
      const elsewhere = client.upload(await picture('b.jpg'), { profile: 'photo', slot: 'gallery' })
      await expect(elsewhere).rejects.toMatchObject({ code: 'forbidden' })
    })

    test('attaches only what this user uploaded', async () => {
      const { attachPhotos } = await from<{
        readonly attachPhotos: (memberId: number, postId: number, ids: readonly string[]) => Promise<string | null>
      }>('attach-uploaded', 'publish.ts', { rindle })
      application.mount(toNodeHandler(createHandler(rindle, { basePath: '/rindle', actor: actorOfHeader })))
      const send = async (actor: string, profile: 'photo' | 'avatar' = 'photo'): Promise<string> =>
        (await application.client({ 'x-actor': actor }).upload(await picture('a.jpg'), { profile })).id
      const [first, second] = [await send('1'), await send('1')]
      const held = async (): Promise<string[]> =>
        (await rindle.attachmentsFor([{ type: 'post', id: 5 }], ['gallery'])).map(({ asset }) => asset.id)
      expect(await attachPhotos(1, 5, [second, first])).toBeNull()
      expect(await attachPhotos(1, 5, [second, first])).toBeNull()
      for (const id of [await send('2'), await send('1', 'avatar'), crypto.randomUUID()]) {
        expect(await attachPhotos(1, 5, [id])).toBe('A photo is not yours to use.')
      }
      expect(await attachPhotos(1, 6, [first])).toBe('A photo is not yours to use.')
      const begun = await fetch(`${application.address}/rindle/uploads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-actor': '1' },
        body: JSON.stringify({ profile: 'photo', filename: 'a.jpg', byteSize: 20 }),
      })
      const { assetId } = (await begun.json()) as { readonly assetId: string }
      expect(await attachPhotos(1, 5, [assetId])).toBe('A photo is still being checked. Please try again.')
      expect(await held()).toEqual([second, first])
    })
  })
})

/** The variables of routes for signed-in users. */
type Users = { Variables: { user: { id: number } } }

/** A page that exports its handler. */
interface Mounted {
  readonly handler: RindleHandler
}

function listenerOf(app: Hono): RequestListener {
  const listener = getRequestListener(app.fetch)
  return (incoming, outgoing) => void listener(incoming, outgoing)
}

async function picture(name: string): Promise<File> {
  return new File([await quadrants(20, 20)], name, { type: 'image/jpeg' })
}
