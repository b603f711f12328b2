import {
  type Asset,
  type AssetUrls,
  type AssetWithVariants,
  type AttachmentWithAsset,
  createRindle,
  defineProfile,
  type JobsAdapter,
  type Processor,
  type Profile,
  type Recipe,
  type StorageAdapter,
  type StoredObject,
  type Stream,
  type StreamFamily,
  type StreamName,
} from '@rindle/core'
import { expectTypeOf } from 'vitest'
import { clip, picture, tune } from './kinds.ts'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter
declare const processor: Processor

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg', 'image/png'], maxBytes: 10_000_000 },
  variants: {
    thumb: picture({ width: 160 }),
    card: picture({ width: 640 }),
    moving: clip({}),
    sound: tune({}),
  },
  slots: { avatar: 'one', cover: 'one', gallery: { many: true, max: 12 } },
})
declare const film: StreamFamily
const clips = defineProfile({
  storage: 'main',
  accept: { types: ['video/mp4'], maxBytes: 10_000_000 },
  variants: { film, small: clip({}) },
})
type Streaming = { readonly avatar: typeof avatar; readonly clips: typeof clips }
expectTypeOf<StreamName<Streaming, 'clips'>>().toEqualTypeOf<'film'>()
expectTypeOf<StreamName<Streaming, 'avatar'>>().toEqualTypeOf<never>()
expectTypeOf(clips.streams.film).toEqualTypeOf<Stream>()
expectTypeOf<keyof typeof clips.variants>().toEqualTypeOf<'small'>()
const document = defineProfile({
  storage: 'main',
  accept: { types: ['application/pdf'], maxBytes: 10_000_000 },
  variants: { page: picture({}) },
  slots: { paper: 'one', gallery: { many: true, max: 12 } },
})
const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  processors: [processor],
  profiles: { avatar, document },
})

declare const avatarAsset: Asset<'avatar'>
declare const plainAsset: Asset
declare const documentAsset: Asset<'document'>
const owner = { type: 'member', id: 1 }

// Names are inferred.
expectTypeOf(rindle.upload('avatar', 'face.jpg')).resolves.toEqualTypeOf<Asset<'avatar'>>()
expectTypeOf(rindle.variantUrl(avatarAsset, 'thumb')).resolves.toEqualTypeOf<string | null>()
expectTypeOf(rindle.asset('id')).resolves.toEqualTypeOf<AssetWithVariants<'avatar' | 'document'> | null>()
void rindle.variantUrl(rindle.narrow(plainAsset, 'avatar'), 'card')
void rindle.attach(avatarAsset, owner, 'avatar')
const sent = { id: 'sent by a client', profile: 'avatar' } as const
void rindle.attachUploaded(sent, owner, 'gallery', { actorId: 7 })
// @ts-expect-error The actor is named.
void rindle.attachUploaded(sent, owner, 'gallery')
// @ts-expect-error The profile has no such slot.
void rindle.attachUploaded(sent, owner, 'galery', { actorId: 7 })
expectTypeOf(rindle.urlsFor([avatarAsset], { variants: ['thumb'] })).resolves.toEqualTypeOf<
  ReadonlyMap<string, AssetUrls<'thumb'>>
>()
declare const mixedAsset: Asset<'avatar' | 'document'>
void rindle.urlsFor([mixedAsset, avatarAsset], { variants: ['thumb', 'card'] })
void rindle.picture(avatarAsset, { variants: ['thumb', 'card'], alt: '' })
void rindle.video(avatarAsset, { variants: ['moving'], poster: 'thumb' })
void rindle.audio(avatarAsset, { variants: ['sound'] })

// A slot leads to the profiles that have it.
expectTypeOf(rindle.attachmentFor(owner, 'avatar')).resolves.toEqualTypeOf<AttachmentWithAsset<'avatar'> | null>()
expectTypeOf(rindle.attachmentFor(owner, 'paper')).resolves.toEqualTypeOf<AttachmentWithAsset<'document'> | null>()
expectTypeOf(rindle.attachmentsFor([owner], ['avatar', 'paper'])).resolves.toEqualTypeOf<
  readonly AttachmentWithAsset<'avatar' | 'document'>[]
>()
expectTypeOf(rindle.attachmentsFor([owner], ['avatar'])).resolves.toEqualTypeOf<
  readonly AttachmentWithAsset<'avatar'>[]
>()
void rindle.attachmentFor(owner, 'avatar').then((attachment) => {
  if (attachment === null) return undefined
  void rindle.variantUrl(attachment.asset, 'thumb')
  // @ts-expect-error a variant of another profile
  return rindle.variantUrl(attachment.asset, 'page')
})
void rindle.append(avatarAsset, owner, 'gallery')
// @ts-expect-error a slot of many has no single attachment
void rindle.attachmentFor(owner, 'gallery')
// @ts-expect-error nothing is added to a slot of one
void rindle.append(avatarAsset, owner, 'avatar')
// @ts-expect-error nothing to order in a slot of one
void rindle.reorder(owner, 'avatar', [])
// @ts-expect-error a profile without that slot
void rindle.attach(documentAsset, owner, 'avatar')
// @ts-expect-error a video is no picture
void rindle.picture(avatarAsset, { variants: ['moving'], alt: '' })
// @ts-expect-error a picture is no video
void rindle.video(avatarAsset, { variants: ['thumb'] })
// @ts-expect-error a video is no poster
void rindle.video(avatarAsset, { variants: ['moving'], poster: 'moving' })

// The application's own files.
expectTypeOf(rindle.store('avatar', 'notes/a.txt', new Uint8Array())).resolves.toEqualTypeOf<StoredObject>()
expectTypeOf(rindle.head('avatar', 'notes/a.txt')).resolves.toEqualTypeOf<StoredObject | undefined>()
expectTypeOf(rindle.download('avatar', 'notes/a.txt', '/tmp/a')).resolves.toEqualTypeOf<StoredObject>()
expectTypeOf(rindle.delete('avatar', 'notes/a.txt')).resolves.toEqualTypeOf<void>()
expectTypeOf(rindle.urlForKey('avatar', 'notes/a.txt')).resolves.toEqualTypeOf<string>()
void rindle.storeVariant('avatar', 'prints/a.pdf', 'a.pdf', { assetId: 'id', variantName: 'print' })
// @ts-expect-error an unknown profile
void rindle.store('avatr', 'notes/a.txt', new Uint8Array())
// @ts-expect-error the variant is missing
void rindle.storeVariant('avatar', 'prints/a.pdf', 'a.pdf', {})
// @ts-expect-error a misspelt option
void rindle.store('avatar', 'notes/a.txt', 'a.txt', { maxByte: 1 })

// An authorizer is asked about an asset or a key, and must tell which.
const accept = { types: ['image/png'], maxBytes: 1 } as const
defineProfile({
  storage: 'main',
  accept,
  delivery: {
    authorize: ({ asset, variant, profile, key, actor }) => {
      if (asset === undefined) {
        expectTypeOf(profile).toEqualTypeOf<string>()
        expectTypeOf(key).toEqualTypeOf<string>()
        return false
      }
      expectTypeOf(asset).toEqualTypeOf<Asset>()
      expectTypeOf(variant).toEqualTypeOf<string | undefined>()
      return actor === asset.id
    },
  },
})
defineProfile({
  storage: 'main',
  accept,
  // @ts-expect-error an application's own file has no asset
  delivery: { authorize: ({ asset, actor }) => asset.id === actor },
})

// @ts-expect-error an unknown profile
void rindle.upload('avatr', 'face.jpg')
// @ts-expect-error an unknown variant
void rindle.variantUrl(avatarAsset, 'thum')
// @ts-expect-error an unknown variant in a list
void rindle.urlsFor([avatarAsset], { variants: ['thum'] })
// @ts-expect-error an unknown variant of a picture
void rindle.picture(avatarAsset, { variants: ['thum'], alt: '' })
// @ts-expect-error an unknown poster
void rindle.video(avatarAsset, { variants: ['moving'], poster: 'thum' })
// @ts-expect-error a picture without an alternative text
void rindle.picture(avatarAsset, { variants: ['thumb'] })
// @ts-expect-error a profile without variants
void rindle.variantUrl(documentAsset, 'thumb')
// @ts-expect-error an unknown slot
void rindle.attach(avatarAsset, owner, 'avatr')
// @ts-expect-error an unknown slot at upload
void rindle.upload('avatar', 'face.jpg', { owner, slot: 'avatr' })
// @ts-expect-error an owner without a slot
void rindle.upload('avatar', 'face.jpg', { owner })
// @ts-expect-error a row of an unknown profile must be narrowed first
void rindle.variantUrl(plainAsset, 'thumb')
// @ts-expect-error an unknown event
rindle.on('rindle.upload.stopped', () => {})
// @ts-expect-error a misspelt option of a call
void rindle.url(avatarAsset, { expiresIn: 60 })

// @ts-expect-error a misspelt option of the instance
createRindle({ database: 'postgres://localhost/app', storages: { main: storage }, jobs, profiles: {}, procesors: [] })
createRindle({
  // @ts-expect-error neither a URL, a pool nor a Prisma client
  database: { url: 'postgres://localhost/app' },
  storages: { main: storage },
  jobs,
  profiles: {},
})
// @ts-expect-error a misspelt option of a profile
defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1 }, varients: {} })
// @ts-expect-error a misspelt option of `accept`
defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1, maxByte: 1 } })
// A profile that is defined inside has no wider names.
const inside = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  profiles: { bare: defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1 } }) },
})
declare const bareAsset: Asset<'bare'>
// @ts-expect-error a profile without variants
void inside.variantUrl(bareAsset, 'thumb')
// @ts-expect-error a profile without slots
void inside.attach(bareAsset, owner, 'avatar')

createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  // @ts-expect-error an unknown storage
  profiles: { lost: defineProfile({ storage: 'mian', accept: { types: ['image/png'], maxBytes: 1 } }) },
})

createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage, eu: storage },
  jobs,
  profiles: {
    chosen: defineProfile({
      storage: ({ tenant }) => (tenant === 'acme' ? 'eu' : 'main'),
      accept: { types: ['image/png'], maxBytes: 1 },
    }),
  },
})
createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  // @ts-expect-error a function that may choose an unknown storage
  profiles: { lost: defineProfile({ storage: () => 'mian' as const, accept: { types: ['image/png'], maxBytes: 1 } }) },
})

const rules = { storage: 'main', accept: { types: ['image/png'], maxBytes: 1 } } as const
// @ts-expect-error an object is no recipe
defineProfile({ ...rules, variants: { thumb: { mode: 'fit', width: 10 } } })
// @ts-expect-error a kind that was not called
defineProfile({ ...rules, variants: { thumb: picture } })
// @ts-expect-error a misspelt option of a recipe
picture({ widht: 10 })
// @ts-expect-error a cardinality that does not exist
defineProfile({ ...rules, slots: { avatar: 'two' } })

const shared: Recipe<'image'> = picture({})
expectTypeOf(defineProfile({ ...rules, variants: { shared }, slots: { avatar: 'one' } })).toEqualTypeOf<
  Profile<{ shared: 'image' }, { readonly avatar: 'one' }, 'main'>
>()
