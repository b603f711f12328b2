import { join } from 'node:path'
import sharp from 'sharp'
import { serveSide } from '../serve-side.ts'
import { MEMBER, type MemberSetup } from './setup.ts'

// Bare sharp: the image of that size, from the file on the disk to a file on the disk.
serveSide(async (setup) => {
  const { directory, photograph } = setup as MemberSetup
  sharp.cache(false)
  return {
    round: async () => {
      const begin = performance.now()
      await sharp(photograph)
        .autoOrient()
        .resize(MEMBER.width, null, { withoutEnlargement: true })
        .webp({ quality: MEMBER.quality, effort: MEMBER.effort })
        .toFile(join(directory, 'bare.webp'))
      return { ms: [performance.now() - begin] }
    },
    stop: async () => {},
  }
})
