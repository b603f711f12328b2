import { defineProfile } from '@rindle/core'
import { avProcessor } from '@rindle/processor-av'
import { poster, strip } from '@rindle/processor-av/recipes'
import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'
import { makeClip } from './make-clip.ts'

const accept = { types: ['video/*'], maxBytes: 200_000_000 } as const
const profiles = {
  film: defineProfile({
    storage: 'main',
    accept,
    variants: { picture: poster(), tiles: strip() },
    placeholder: 'thumbhash',
  }),
  tiled: defineProfile({ storage: 'main', accept, variants: { tiles: strip() }, placeholder: 'thumbhash' }),
}

it('the placeholder of a video is that of its poster, never of its strip', { timeout: 60_000 }, async () => {
  const processors = [warmImageProcessor(), avProcessor()]
  await using application = await startApplication({ profiles, processors })
  const { rindle, directory } = application
  await application.work()
  const video = await makeClip(directory, { size: '640x360', seconds: 2, isSilent: true })
  const film = await rindle.upload('film', video, { filename: 'a.mp4' })
  const tiled = await rindle.upload('tiled', video, { filename: 'a.mp4' })
  const { state, thumbHash } = await settled(rindle, film.id, 50_000)
  expect(state).toBe('ready')
  // Two tiles side by side are twice as wide.
  expect(thumbHashToApproximateAspectRatio(Buffer.from(thumbHash ?? '', 'base64'))).toBeCloseTo(16 / 9, 0)
  expect(await settled(rindle, tiled.id, 50_000)).toMatchObject({ state: 'ready', thumbHash: null })
})
