import { type AssetView, createClient, type FamilyView } from '@rindle/client'
import type * as core from '@rindle/core'
import { createRindle, defineProfile, type JobsAdapter, type StorageAdapter } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { createRindleHooks, Picture, type PictureData, UploadField } from '@rindle/react'
import { createElement } from 'react'
import { expectTypeOf } from 'vitest'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1 },
  variants: { thumb: image.crop(160, 160), hero: image.responsive({ widths: [320, 640], formats: ['webp'] }) },
  slots: { avatar: 'one', gallery: 'many', pair: { many: true, max: 2 } },
})
const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  profiles: { avatar },
})

type Server = typeof rindle
declare const file: File

const { useUpload, useUploads, useAsset, useUploader, Uploader, useFocus, FocusPicker } = createRindleHooks(
  createClient<Server>(),
)

const single = useUpload('avatar', { slot: 'avatar', onDone: ({ variants }) => variants.thumb?.url })
expectTypeOf(single.upload(file)).resolves.toEqualTypeOf<AssetView<Server, 'avatar'> | undefined>()
expectTypeOf(single.asset).toEqualTypeOf<AssetView<Server, 'avatar'> | undefined>()
expectTypeOf(useAsset('id').asset).toEqualTypeOf<AssetView<Server> | undefined>()
createElement(Uploader<'avatar'>, { profile: 'avatar', multiple: true })

createElement(Uploader<'avatar'>, { profile: 'avatar', multiple: true, slot: 'gallery' })
declare const isMultiple: boolean
useUploader('avatar', { multiple: isMultiple, slot: 'pair' })
useUploader('avatar', { multiple: false, slot: 'avatar' })
useUploader('avatar', { slot: 'avatar' })
// @ts-expect-error several files for a slot of one
useUploader('avatar', { multiple: true, slot: 'avatar' })
// @ts-expect-error perhaps several files for a slot of one
useUploader('avatar', { multiple: isMultiple, slot: 'avatar' })
// @ts-expect-error several files for a slot of one, in the component
createElement(Uploader<'avatar'>, { profile: 'avatar', multiple: true, slot: 'avatar' })

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

// A picture that the server describes, and a family of an asset in the page.
expectTypeOf<core.Picture>().toExtend<PictureData>()
declare const family: FamilyView
createElement(Picture, { family, alt: '', placeholder: single.asset?.placeholder ?? null, className: 'hero' })
// @ts-expect-error a family without a text for people who do not see it
createElement(Picture, { family })
// @ts-expect-error an unknown family
void single.asset?.families.heroes

declare const focused: AssetView<Server>
useFocus(focused, { onDone: (asset) => expectTypeOf(asset).toEqualTypeOf<AssetView<Server>>() })
createElement(FocusPicker, { asset: focused, onSaved: ({ focus }) => focus?.x, children: null })
// @ts-expect-error a point that somebody else is to save
createElement(FocusPicker, { asset: focused, onCommit: () => {}, children: null })

createElement(UploadField, { profile: 'any', slot: 'any', action: async (assetId) => void assetId.length })
createElement(UploadField<Server, 'avatar'>, { profile: 'avatar', slot: 'gallery', name: 'photos', multiple: true })
// @ts-expect-error There is no such profile.
createElement(UploadField<Server>, { profile: 'avtar' })
// @ts-expect-error The profile has no such slot.
createElement(UploadField<Server, 'avatar'>, { profile: 'avatar', slot: 'cover' })
