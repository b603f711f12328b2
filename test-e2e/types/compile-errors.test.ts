import { beforeAll, expect, it } from 'vitest'
import { checkTypes } from '../docs/check-types.ts'
import type { CodeBlock } from '../docs/code-blocks.ts'

const MEDIA = `
import { qr } from '@acme/rindle-qr/recipes'
import { type Asset, createRindle, defineProfile, type StorageAdapter, type JobsAdapter } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { audio, poster, video } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'

export { createHandler, createRindle, defineProfile, image, poster, qr }
export declare const storage: StorageAdapter
export declare const jobs: JobsAdapter
export const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1 },
  variants: { thumb: image.crop(160, 160), card: image.fit(640) },
  slots: { avatar: 'one', gallery: 'many' },
})
export const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/mp4'], maxBytes: 1 },
  variants: { web: video.mp4({ height: 720 }), poster: poster(), sound: audio.mp3() },
  slots: { lesson: 'one', gallery: 'many' },
})
export const rindle = createRindle({
  database: '',
  storages: { main: storage },
  jobs,
  profiles: { avatar, lesson },
})
export declare const face: Asset<'avatar'>
export declare const film: Asset<'lesson'>
export declare const row: Asset
export const owner = { type: 'member', id: 1 }
export const rules = { storage: 'main', accept: { types: ['image/jpeg'], maxBytes: 1 } } as const
`

/** Misuses, and what the compiler has to say of each. */
const MISUSES: readonly [misuse: string, code: string, message: string][] = [
  ['an unknown profile', `rindle.upload('avatr', 'a.jpg')`, ''],
  ['an unknown variant', `rindle.variantUrl(face, 'thum')`, ''],
  ['an unknown slot at reading', `rindle.attachmentFor(owner, 'avatr')`, ''],
  ['a slot of another profile', `rindle.upload('avatar', 'a.jpg', { owner, slot: 'lesson' })`, ''],
  ['a slot of many, read as one', `rindle.attachmentFor(owner, 'gallery')`, ''],
  ['sound as a picture', `rindle.picture(film, { variants: ['sound'], alt: '' })`, ''],
  [
    'a variant of another profile',
    `rindle.attachmentFor(owner, 'avatar').then((held) => held && rindle.variantUrl(held.asset, 'web'))`,
    '',
  ],
  ['a row of some profile', `rindle.variantUrl(row, 'thumb')`, ''],
  ['an unknown event', `rindle.on('rindle.upload.stopped', () => {})`, ''],
  ['a crop without a height', `defineProfile({ ...rules, variants: { thumb: image.crop(160) } })`, ''],
  ['a misspelt option', `image.fit(160, null, { qality: 1 })`, ''],
  ['a format that does not exist', `image.fit(160, null, { format: 'jpg' })`, ''],
  ["a misspelt option of a third party's recipe", `qr({ sise: 512 })`, ''],
  ['an object for a recipe', `defineProfile({ ...rules, variants: { thumb: { mode: 'fit', width: 160 } } })`, ''],
  ['a function for a recipe', `defineProfile({ ...rules, variants: { thumb: poster } })`, ''],
  [
    'a content type that does not exist',
    `defineProfile({ storage: 'main', accept: { types: ['image/jpg'], maxBytes: 1 } })`,
    '',
  ],
  [
    'an unknown storage',
    `const lost = defineProfile({ ...rules, storage: 'mian' })
createRindle({ database: '', storages: { main: storage }, jobs, profiles: { lost } })`,
    '',
  ],
  ['an actor without an id', `createHandler(rindle, { basePath: '/', actor: () => ({ name: 'ada' }) })`, ''],
]

const NAMES = 'createHandler, createRindle, defineProfile, face, film, image, jobs, owner, poster, qr, rindle, row, rules, storage'

let said: readonly string[]
beforeAll(async () => {
  const block = (line: number, name: string | undefined, text: string): CodeBlock => ({
    file: 'misuses.md',
    language: 'ts',
    line,
    name,
    text,
  })
  said = await checkTypes([
    block(1, 'media.ts', MEDIA),
    ...MISUSES.map(([, code], index) =>
      block((index + 1) * 100, undefined, `import { ${NAMES} } from './media.ts'\nvoid (async () => {\n${code}\n})`),
    ),
  ])
}, 120_000)

it('x', () => {
  console.log(said.join('\n'))
})
