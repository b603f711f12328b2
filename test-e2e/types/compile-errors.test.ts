import { beforeAll, expect, it } from 'vitest'
import { checkTypes } from '../docs/check-types.ts'
import type { CodeBlock } from '../docs/code-blocks.ts'

const MEDIA = `
import { qr } from '@acme/rindle-qr/recipes'
import { type Asset, createRindle, defineProfile, type StorageAdapter, type JobsAdapter } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { audio, poster, video } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'

export { createHandler, createRindle, defineProfile, image, qr }
export declare const storage: StorageAdapter
export declare const jobs: JobsAdapter
export const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1 },
  variants: {
    thumb: image.crop(160, 160),
    card: image.fit(640),
    hero: image.responsive({ widths: [640], formats: ['jpeg'] }),
  },
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

const NAMES =
  'createHandler, createRindle, defineProfile, face, film, image, jobs, owner, qr, rindle, row, rules, storage'

/** Misuses, and what the compiler says of each. */
const MISUSES: readonly (readonly [misuse: string, code: string, message: string])[] = [
  [
    'an unknown profile',
    `rindle.upload('avatr', 'a.jpg')`,
    `Argument of type '"avatr"' is not assignable to parameter of type '"avatar" | "lesson"'.`,
  ],
  [
    'an unknown variant',
    `rindle.variantUrl(face, 'thum')`,
    `Argument of type '"thum"' is not assignable to parameter of type '"card" | "thumb"'.`,
  ],
  [
    'a variant of another profile',
    `rindle.attachmentFor(owner, 'avatar').then((held) => held && rindle.variantUrl(held.asset, 'web'))`,
    `Argument of type '"web"' is not assignable to parameter of type '"card" | "thumb"'.`,
  ],
  [
    'an unknown slot',
    `rindle.attachmentFor(owner, 'avatr')`,
    `Argument of type '"avatr"' is not assignable to parameter of type '"avatar" | "lesson"'.`,
  ],
  [
    'a slot of another profile',
    `rindle.upload('avatar', 'a.jpg', { owner, slot: 'lesson' })`,
    `Type '"lesson"' is not assignable to type '"avatar" | "gallery"'.`,
  ],
  [
    'a slot of many, read as one',
    `rindle.attachmentFor(owner, 'gallery')`,
    `Argument of type '"gallery"' is not assignable to parameter of type '"avatar" | "lesson"'.`,
  ],
  [
    'sound as a picture',
    `rindle.picture(film, { variants: ['sound'], alt: '' })`,
    `Type '"sound"' is not assignable to type '"poster"'.`,
  ],
  [
    'an unknown family',
    `rindle.picture(face, { family: 'heroes', alt: '' })`,
    `Type '"heroes"' is not assignable to type '"hero"'.`,
  ],
  [
    'a family of a profile without families',
    `rindle.picture(film, { family: 'hero', alt: '' })`,
    `Type 'string' is not assignable to type 'never'.`,
  ],
  [
    'a variant in the place of a family',
    `rindle.familyUrl(face, 'thumb')`,
    `Argument of type '"thumb"' is not assignable to parameter of type '"hero"'.`,
  ],
  [
    'a family in the place of a variant',
    `rindle.variantUrl(face, 'hero')`,
    `Argument of type '"hero"' is not assignable to parameter of type '"card" | "thumb"'.`,
  ],
  [
    'a family and variants in one picture',
    `rindle.picture(face, { family: 'hero', variants: ['thumb'], alt: '' })`,
    `Type 'string[]' is not assignable to type 'readonly ("card" | "thumb")[]'.`,
  ],
  [
    'a row whose profile is not known',
    `rindle.variantUrl(row, 'thumb')`,
    `Type 'string' is not assignable to type '"avatar" | "lesson"'.`,
  ],
  [
    'an unknown event',
    `rindle.on('rindle.upload.stopped', () => {})`,
    `Argument of type '"rindle.upload.stopped"' is not assignable to parameter of type '"rindle.asset.state_change" | `,
  ],
  ['a crop without a height', `image.crop(160)`, 'Expected 2-3 arguments, but got 1.'],
  [
    'a crop of an earlier version without a height',
    `image.from({ mode: 'crop', width: 160 })`,
    `Property 'height' is missing in type '{ mode: "crop"; width: number; }'`,
  ],
  [
    'a misspelt option of a recipe',
    `image.fit(160, null, { qality: 1 })`,
    `'qality' does not exist in type 'BoxOptions'. Did you mean to write 'quality'?`,
  ],
  ['a format that does not exist', `image.fit(160, null, { format: 'jpg' })`, `Did you mean '"jpeg"'?`],
  ["a misspelt option of a third party's recipe", `qr({ sise: 512 })`, `'sise' does not exist in type 'QrOptions'.`],
  [
    'an object in place of a recipe',
    `defineProfile({ ...rules, variants: { thumb: { mode: 'fit', width: 160 } } })`,
    `'mode' does not exist in type 'Declared<`,
  ],
  [
    'a content type that does not exist',
    `defineProfile({ storage: 'main', accept: { types: ['image/jpg'], maxBytes: 1 } })`,
    `Type '"image/jpg"' is not assignable to type 'ContentType'. Did you mean '"image/jpeg"'?`,
  ],
  [
    'an unknown storage',
    `createRindle({ database: '', storages: { main: storage }, jobs, profiles: { lost: defineProfile({ ...rules, storage: 'mian' }) } })`,
    `Type '"mian"' is not assignable to type '"main"'.`,
  ],
  [
    'an actor without an id',
    `createHandler(rindle, { basePath: '/', actor: () => ({ name: 'ada' }) })`,
    `Type '{ name: string; }' is not assignable to type 'Actor | `,
  ],
]

/** No message is about a profile with its variants: those fill screens. */
const WHOLE_PROFILE = /Profile<\{ |SlotName<|VariantName<|ProfileName</
const LINES = 100

let problems: readonly string[]
beforeAll(async () => {
  const block = (line: number, name: string | undefined, text: string): CodeBlock => {
    return { file: 'misuses.md', language: 'ts', line, name, text }
  }
  const imports = `import { ${NAMES} } from './media.ts';`
  const misuses = MISUSES.map(([, code], index) => block((index + 1) * LINES, undefined, `${imports} ${code}\n`))
  problems = await checkTypes([block(1, 'media.ts', MEDIA), ...misuses])
}, 120_000)

it('the program itself compiles, and each misuse has one message', () => {
  const lines = problems.map((problem) => Number(/^misuses\.md:(\d+): /.exec(problem)?.[1]))
  expect(lines.toSorted((a, b) => a - b)).toEqual(MISUSES.map((_misuse, index) => (index + 1) * LINES))
})

it.each(MISUSES.map(([misuse, , message], index) => ({ misuse, message, line: (index + 1) * LINES })))(
  '$misuse does not compile, and the message is short',
  ({ message, line }) => {
    const problem = problems.find((each) => each.startsWith(`misuses.md:${line}: `))
    expect(problem).toContain(message)
    expect(problem).not.toMatch(WHOLE_PROFILE)
    expect(problem?.length).toBeLessThan(600)
  },
)
