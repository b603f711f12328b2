import { expect, it } from 'vitest'
import { authorizeUpload, type UploadGrant } from '../../src/uploads/authorize-upload.ts'

const owner = { type: 'user', id: '7' }

it.each<[given: string, grant: UploadGrant | undefined, slot: string | undefined, place: object]>([
  ['granted', true, undefined, {}],
  ['granted with an owner, and no slot is named', { owner }, undefined, {}],
  ['granted with an owner, and a slot is named', { owner }, 'avatar', { owner, slot: 'avatar' }],
])('an upload that is %s goes where it may', async (_given, grant, slot, place) => {
  expect(await authorizeUpload(() => grant as UploadGrant, { profile: 'photo', slot })).toEqual(place)
})

it('everybody may upload where nobody is asked, and no slot is taken', async () => {
  expect(await authorizeUpload(undefined, { profile: 'photo', slot: undefined })).toEqual({})
  await expect(authorizeUpload(undefined, { profile: 'photo', slot: 'avatar' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

it('an upload that the application refuses is forbidden, with a slot and without', async () => {
  const refuse = (): Promise<boolean> => Promise.resolve(false)
  for (const slot of [undefined, 'avatar']) {
    await expect(authorizeUpload(refuse, { profile: 'photo', slot })).rejects.toMatchObject({ code: 'forbidden' })
  }
})
