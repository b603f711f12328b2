import {
  type AssetState,
  type AssetView,
  createClient,
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
  variants: { thumb: image.crop(160, 160), card: image.fit(640) },
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

// The lists of the server, of which nothing comes to a page.
expectTypeOf<AssetState>().toEqualTypeOf<core.AssetState>()
expectTypeOf<VariantState>().toEqualTypeOf<core.VariantState>()
expectTypeOf<SessionState>().toEqualTypeOf<core.SessionState>()
expectTypeOf<UploadStrategy>().toEqualTypeOf<core.UploadStrategy>()
expectTypeOf<ProblemMembers & { readonly type: 'about:blank' }>().toExtend<WireProblem>()
expectTypeOf<VariantView['outputKind']>().toEqualTypeOf<core.OutputKind>()
expectTypeOf<NonNullable<WireAsset['kind']>>().toEqualTypeOf<core.AssetKind>()
