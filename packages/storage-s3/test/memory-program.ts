// Puts and reads 256 MiB and prints by how much that raised the peak of its memory. Argument: the options as JSON.
import { Readable } from 'node:stream'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'

const CHUNK_BYTES = 65_536
const BODY_BYTES = 256 * 1024 * 1024
const storage = s3Storage(JSON.parse(process.argv[2] ?? '') as S3StorageOptions)

function* chunks(byteSize: number): Generator<Buffer> {
  for (let sentBytes = 0; sentBytes < byteSize; sentBytes += CHUNK_BYTES) yield Buffer.alloc(CHUNK_BYTES, 1)
}

async function roundTrip(byteSize: number): Promise<number> {
  await storage.put('film.txt', Readable.from(chunks(byteSize)), { contentType: 'text/plain' })
  let readBytes = 0
  for await (const chunk of (await storage.get('film.txt')).body) readBytes += (chunk as Buffer).byteLength
  return readBytes
}

await roundTrip(CHUNK_BYTES)
const before = process.resourceUsage().maxRSS
const readBytes = await roundTrip(BODY_BYTES)
const raisedBytes = (process.resourceUsage().maxRSS - before) * 1024
await storage.stop()
console.log(JSON.stringify({ readBytes, raisedBytes }))
