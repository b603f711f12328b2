import { type AssetView, createClient } from '@rindle/client'
import { createRindle, defineProfile, type JobsAdapter, type StorageAdapter } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { createRindleHooks } from '@rindle/react'
import { createElement } from 'react'
import { expectTypeOf } from 'vitest'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1 },
  variants: { thumb: image.crop(160, 160) },
  slots: { avatar: 'one' },
})
const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  profiles: { avatar },
})

type Server = typeof rindle
declare const file: File

const { useUpload, useUploads, useAsset, useUploader, Uploader } = createRindleHooks(createClient<Server>())

const single = useUpload('avatar', { slot: 'avatar', onDone: ({ variants }) => variants.thumb?.url })
expectTypeOf(single.upload(file)).resolves.toEqualTypeOf<AssetView<Server, 'avatar'> | undefined>()
expectTypeOf(single.asset).toEqualTypeOf<AssetView<Server, 'avatar'> | undefined>()
expectTypeOf(useAsset('id').asset).toEqualTypeOf<AssetView<Server> | undefined>()
createElement(Uploader<'avatar'>, { profile: 'avatar', multiple: true })

// @ts-expect-error an unknown profile
useUpload('avatr')
// @ts-expect-error an unknown profile of many
useUploads('avatr')
// @ts-expect-error an unknown slot
useUpload('avatar', { slot: 'avatr' })
// @ts-expect-error an unknown slot of an uploader
useUploader('avatar', { slot: 'avatr' })
// @ts-expect-error an unknown variant
void single.asset?.variants.thum
// @ts-expect-error an unknown variant of a watched asset
void useAsset('id').asset?.variants.thum
// @ts-expect-error an unknown variant in a listener
useUploads('avatar', { onDone: ({ variants }) => variants.thum })
// @ts-expect-error an unknown profile of the component
createElement(Uploader<'avatr'>, { profile: 'avatr' })
