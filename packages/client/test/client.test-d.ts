import { type AssetView, createClient, type VariantView, type WireAsset, type WireUpload } from '@rindle/client'
import type * as core from '@rindle/core'
import { createRindle, defineProfile, type JobsAdapter, type StorageAdapter } from '@rindle/core'
import type * as http from '@rindle/http'
import { expectTypeOf } from 'vitest'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter

const accept = { types: ['image/*'], maxBytes: 1 }
const avatar = defineProfile({
  storage: 'main',
  accept,
  variants: { thumb: { mode: 'crop', width: 160, height: 160 }, card: { mode: 'fit', width: 640 } },
  slots: ['avatar', 'cover'],
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
// A profile that declares no slots takes any.
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

// The types of the server's answers fit the client.
expectTypeOf<http.Upload>().toExtend<WireUpload>()
expectTypeOf<http.AssetView>().toExtend<WireAsset>()
expectTypeOf<http.Problem>().toExtend<{ readonly code?: string; readonly detail?: string; readonly reason?: string }>()
expectTypeOf<WireAsset['state']>().toEqualTypeOf<core.AssetState>()
expectTypeOf<VariantView['state']>().toEqualTypeOf<core.VariantState>()
expectTypeOf<VariantView['outputKind']>().toEqualTypeOf<core.OutputKind>()
expectTypeOf<NonNullable<WireAsset['kind']>>().toEqualTypeOf<core.AssetKind>()
