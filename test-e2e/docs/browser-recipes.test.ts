import { writeFile } from 'node:fs/promises'
import { defineProfile } from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundlePage } from '../browser/bundle-page.ts'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { type RecipeApplication, startRecipeApplication } from './recipe-application.ts'
import { savePage } from './saved-page.ts'

const ARE_RUN = byRunLength('recipes for Uppy, FilePond and react-hook-form, in a browser', {
  sample: false,
  short: true,
  long: true,
})
const chromium = ARE_RUN ? findChromium() : undefined

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(160, 160, { format: 'webp' }) }
const profiles = {
  avatar: defineProfile({ storage: 'main', accept, variants, slots: { avatar: 'one' } }),
  photo: defineProfile({ storage: 'main', accept, variants, slots: { gallery: 'many' } }),
}

const PROFILE_PAGE = `import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { ProfileForm } from './profile-form.tsx'

const save = async (fields) => void (document.title = JSON.stringify(fields))
createRoot(document.querySelector('main')).render(createElement(ProfileForm, { save }))
`

describe.skipIf(chromium === undefined)('in a browser, the recipe for', () => {
  let application: RecipeApplication<typeof profiles>
  let browser: Browser

  beforeAll(async () => {
    ;[application, browser] = await Promise.all([startRecipeApplication(profiles), launchChromium(chromium ?? '')])
  })

  afterAll(async () => {
    await browser.close()
    await application[Symbol.asyncDispose]()
  })

  test('FilePond puts the ids of uploaded files into the form, and the reason of a refusal into the list', async () => {
    await using saved = await savePage('docs/recipes/filepond.md', {})
    const page = await open(await bundlePage(saved.path('photo-pond.ts')), '<form><input type="file" multiple></form>')
    const sent = async (): Promise<readonly string[]> =>
      page.evaluate(`new FormData(document.forms[0]).getAll('photoIds').map(String)`)
    const anId = expect.stringMatching(/^[\da-f-]{36}$/)
    const input = page.locator('input[type=file]')
    await input.setInputFiles([await picture('a.jpg'), await picture('b.jpg')])
    await expect.poll(sent, { timeout: 20_000 }).toEqual([anId, anId])
    const assets = await Promise.all((await sent()).map((id) => application.rindle.asset(id)))
    expect(assets.map((asset) => [asset?.filename, asset?.profile])).toEqual([
      ['a.jpg', 'photo'],
      ['b.jpg', 'photo'],
    ])
    await input.setInputFiles([text('c.jpg')])
    await page.getByText('Files of this type are not accepted.').first().waitFor()
    // FilePond puts the newest file first.
    expect(await sent()).toEqual(['', anId, anId])
  })

  test('Uppy tells the ids of uploaded files and the reason of a refusal', async () => {
    await using saved = await savePage('docs/recipes/uppy.md', {})
    const program = saved.path('program.ts')
    await writeFile(program, `import { uppy } from './photos.ts'\n\nglobalThis.uppy = uppy\n`)
    const page = await open(await bundlePage(program), '')
    const lines: string[] = []
    page.on('console', (message) => lines.push(message.text()))
    const { buffer } = await picture('a.jpg')
    const add = (name: string, bytes: Buffer): Promise<unknown> =>
      page.evaluate(`fetch('data:image/jpeg;base64,${bytes.toString('base64')}').then(async (answer) =>
        uppy.addFile({ name: '${name}', type: 'image/jpeg', data: await answer.blob() }))`)
    await add('a.jpg', buffer)
    await add('b.jpg', Buffer.from('This is no picture.'))
    await page.evaluate(`uppy.upload().then(() => {})`)
    expect(lines).toContain('b.jpg: Files of this type are not accepted.')
    const [, id = ''] = lines.flatMap((line) => /^To attach: (.+)/.exec(line) ?? [])
    expect((await application.rindle.asset(id))?.filename).toBe('a.jpg')
  })

  test('react-hook-form saves the id of the picture with the other fields, and says what is missing', async () => {
    await using saved = await savePage('docs/recipes/react-hook-form.md', {})
    const program = saved.path('program.ts')
    await writeFile(program, PROFILE_PAGE)
    const page = await open(await bundlePage(program), '<main></main>')
    const alert = page.getByRole('alert')
    await page.getByRole('button', { name: 'Save' }).click()
    await alert.filter({ hasText: 'Please tell us your name. Please choose a picture.' }).waitFor()
    await page.getByLabel('Name').fill('Ada')
    await page.getByLabel('Picture').setInputFiles(text('me.jpg'))
    await alert.filter({ hasText: 'Files of this type are not accepted.' }).waitFor()
    await page.getByLabel('Picture').setInputFiles(await picture('me.jpg'))
    await page.locator('input[name=pictureId]:not([value=""])').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForFunction(`document.title !== ''`)
    const { name, pictureId } = JSON.parse(await page.title()) as Readonly<Record<string, string>>
    expect(name).toBe('Ada')
    expect((await application.rindle.asset(pictureId ?? ''))?.filename).toBe('me.jpg')
  })

  /** Opens a page with this script and body, beside the handler of the application. */
  async function open(script: string, body: string): Promise<Page> {
    const handler = toNodeHandler(
      createHandler(application.rindle, { basePath: '/rindle', actor: () => ({ id: 'ana' }) }),
    )
    application.mount((incoming, outgoing) =>
      handler(incoming, outgoing, () => {
        if (incoming.url === '/page.js') outgoing.setHeader('content-type', 'text/javascript').end(script)
        else if (incoming.url !== '/') outgoing.writeHead(404).end()
        else
          outgoing.setHeader('content-type', 'text/html').end(`${body}<script type="module" src="/page.js"></script>`)
      }),
    )
    const page = await browser.newPage()
    await page.goto(application.address)
    return page
  }
})

async function picture(name: string) {
  return { name, mimeType: 'image/jpeg', buffer: await quadrants(20, 20) }
}

function text(name: string) {
  return { name, mimeType: 'image/jpeg', buffer: Buffer.from('This is no picture.') }
}
