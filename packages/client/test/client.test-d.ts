import {
  type AssetState,
  type AssetView,
  createClient,
  type FamilyView,
  imageUrl,
  rindleImageLoader,
  type SessionState,
  type UploadStrategy,
  type VariantState,
  type VariantView,
  type WireAsset,
  type WireProblem,
} from '@rindle/client'
import type * as core from '@rindle/core'
import { createRindle, defineProfile, type JobsAdapter, type StorageAdapter } from '@rindle/core'
import type { ProblemMembers } from '@rindle/core/adapter'
import { image } from '@rindle/processor-image/recipes'
import { expectTypeOf } from 'vitest'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter

const accept = { types: ['image/*'], maxBytes: 1 } as const
const avatar = defineProfile({
  storage: 'main',
  accept,
  variants: {
    thumb: image.crop(160, 160),
    card: image.fit(640),
    hero: image.responsive({ widths: [320, 640], formats: ['webp'] }),
  },
  slots: { avatar: 'one', cover: 'one' },
})
const document = defineProfile({ storage: 'main', accept })
const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  profiles: { avatar, document },
})

type Server = typeof rindle
declare const file: File

const client = createClient<Server>()

// Names are inferred from the server's instance.
expectTypeOf(client.upload(file, { profile: 'avatar', slot: 'cover' })).resolves.toEqualTypeOf<
  AssetView<Server, 'avatar'>
>()
const uploaded = await client.upload(file, { profile: 'avatar' })
expectTypeOf(uploaded.variants.thumb).toEqualTypeOf<VariantView | undefined>()
expectTypeOf(uploaded.families.hero).toEqualTypeOf<FamilyView | undefined>()
expectTypeOf(uploaded.profile).toEqualTypeOf<'avatar'>()
// @ts-expect-error a profile without slots
void client.upload(file, { profile: 'document', slot: 'anything' })
const found = await client.asset('id')
expectTypeOf(found.profile).toEqualTypeOf<'avatar' | 'document'>()
if (found.profile === 'avatar') expectTypeOf(found.variants.card).toEqualTypeOf<VariantView | undefined>()

// @ts-expect-error an unknown profile
void client.upload(file, { profile: 'avatr' })
// @ts-expect-error an unknown slot
void client.upload(file, { profile: 'avatar', slot: 'avatr' })
// @ts-expect-error an unknown variant
void uploaded.variants.thum
// @ts-expect-error a family is no variant
void uploaded.variants.hero
// @ts-expect-error an unknown family
void uploaded.families.heroes
// @ts-expect-error a variant of a profile that may be another
void found.variants.thumb
// @ts-expect-error a variant of a profile that has none
void (found.profile === 'document' && found.variants.thumb)
// @ts-expect-error a misspelt option
void client.upload(file, { profile: 'avatar', onProgres: () => {} })
// @ts-expect-error an unknown variant in a listener
void client.watch('id', (asset) => asset.profile === 'avatar' && asset.variants.thum)
// @ts-expect-error a server that names nothing
createClient<{ readonly profiles: readonly string[] }>()

// A family of an asset view may have no URL; an address of the server is one.
declare const family: FamilyView
expectTypeOf(imageUrl(family, { width: 640 })).toEqualTypeOf<string | null>()
expectTypeOf(imageUrl('/rindle/images/token', { width: 640, format: 'avif' })).toEqualTypeOf<string>()
expectTypeOf(rindleImageLoader).toExtend<(props: { src: string; width: number; quality?: number }) => string>()
expectTypeOf(client.setFocus('id', { x: 0.5, y: 0.25 })).resolves.toEqualTypeOf<AssetView<Server>>()
// @ts-expect-error half a point
void client.setFocus('id', { x: 0.5 })

// The lists of the server, of which nothing comes to a page.
expectTypeOf<AssetState>().toEqualTypeOf<core.AssetState>()
expectTypeOf<VariantState>().toEqualTypeOf<core.VariantState>()
expectTypeOf<SessionState>().toEqualTypeOf<core.SessionState>()
expectTypeOf<UploadStrategy>().toEqualTypeOf<core.UploadStrategy>()
expectTypeOf<ProblemMembers & { readonly type: 'about:blank' }>().toExtend<WireProblem>()
expectTypeOf<VariantView['outputKind']>().toEqualTypeOf<core.OutputKind>()
expectTypeOf<NonNullable<WireAsset['kind']>>().toEqualTypeOf<core.AssetKind>()
