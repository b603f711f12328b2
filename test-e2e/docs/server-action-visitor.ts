import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { expect } from 'vitest'
import { photo, shownAvatar } from './avatar-visitor.ts'
import { type CodeBlock, codeBlocks } from './code-blocks.ts'

const PAGE = 'docs/recipes/server-action.md'

/** The parts of the application that the recipe leaves to its reader. */
const OURS = {
  'rindle.ts': `export { rindle } from '../../rindle.config'\n`,
  'picture-form.tsx': `'use client'
import { useActionState } from 'react'
import { savePicture } from './save-picture'

export function PictureForm() {
  const [problem, action] = useActionState(savePicture, null)
  return (
    <form action={action}>
      <label>Picture <input type="file" name="picture" /></label>
      <button>Send</button>
      <p id="problem">{problem}</p>
    </form>
  )
}
`,
  'page.tsx': `import { AvatarForm } from './avatar-form'
import { PictureForm } from './picture-form'

export const dynamic = 'force-dynamic'

export default function Page() {
  return <main><AvatarForm /><PictureForm /></main>
}
`,
}

/** The files of the recipe for server actions, as the page `/profile` of a Next application. */
export function serverActionFiles(): readonly CodeBlock[] {
  const ours = Object.entries(OURS).map(([name, text]) => ({ file: PAGE, line: 1, language: 'tsx', name, text }))
  return [...codeBlocks(PAGE), ...ours].flatMap((block) =>
    block.name === undefined ? [] : [{ ...block, name: path.join('app/profile', block.name) }],
  )
}

/** Changes the avatar with an action that gets an id, then, without scripts, with one that gets the file. */
export async function changeAvatarWithActions(address: string, browser: Browser): Promise<void> {
  await visit(address, browser, true, async (page) => {
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles(await file('salmon'))
    await page.getByRole('button', { name: 'Save' }).click()
    await shows(address, [250, 128, 114])
  })
  await visit(address, browser, false, async (page) => {
    await page.locator('input[name=picture]').setInputFiles(await file('gold'))
    await page.getByRole('button', { name: 'Send' }).click()
    await shows(address, [255, 215, 0])
    // The answer to the first form may still be on its way: its page would drop the chosen file.
    await page.goto(`${address}/profile`)
    await page
      .locator('input[name=picture]')
      .setInputFiles({ ...(await file('gold')), buffer: Buffer.from('No picture.') })
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('This is not a picture that we can take').waitFor()
  })
}

async function visit(
  address: string,
  browser: Browser,
  javaScriptEnabled: boolean,
  work: (page: Page) => Promise<void>,
) {
  const context = await browser.newContext({ javaScriptEnabled })
  try {
    const page = await context.newPage()
    await page.goto(`${address}/profile`, { waitUntil: 'networkidle' })
    await work(page)
  } finally {
    await context.close()
  }
}

/** Waits until the avatar that the application shows has this colour. */
async function shows(address: string, colour: readonly number[]): Promise<void> {
  const means = async (): Promise<number[]> => {
    const thumbnail = await fetch((await shownAvatar(address)) ?? '')
    return (await sharp(await thumbnail.arrayBuffer()).stats()).channels.map(({ mean }) => mean)
  }
  await expect.poll(means, { timeout: 20_000 }).toEqual(colour.map((each) => expect.closeTo(each, -1)))
}

async function file(background: string) {
  return { name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo(background) }
}
