import { storageIn } from '../storage-in.ts'
import { serveSigning } from './measure-signing.ts'
import { storageKeyOf } from './setup.ts'

// The signer alone, with everything about the URL known beforehand.
serveSigning((assetIds) => {
  const storage = storageIn('unused')
  const keys = assetIds.map(storageKeyOf)
  const expiresAt = new Date(Date.now() + 900_000)
  return async (index) => {
    const grant = { expiresAt, contentType: 'image/jpeg', disposition: 'inline; filename="photo.jpg"' }
    return (await storage.signGet(keys[index] ?? '', grant)).url
  }
})
