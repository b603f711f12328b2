// The program of a worker: takes one file, and posts its SHA-256.
import type { HashMessage } from './hash-message.ts'
import { sha256OfBlob } from './sha256-of-blob.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has none.
const post = (message: HashMessage): void => globalThis.postMessage(message)

globalThis.addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  sha256OfBlob(data, () => post({ type: 'slice' })).then(
    (sha256) => post({ type: 'done', sha256 }),
    () => post({ type: 'failed' }),
  )
})
