// Puts objects until it is killed. Arguments: root directory, key, "half" or "forever".
import { Readable } from 'node:stream'
import { localStorage } from '@rindle/storage-local'
import { OPTIONS } from './local-subject.ts'

const CHUNK_BYTES = 65_536
const [directory = '', key = '', mode] = process.argv.slice(2)
const storage = localStorage({ ...OPTIONS, directory })

async function* body(fill: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < 64; index++) {
    if (mode === 'half' && index === 48) {
      console.log('half')
      await new Promise(() => setInterval(() => {}, 60_000))
    }
    yield Buffer.alloc(CHUNK_BYTES, fill)
  }
}

await storage.start()
// Each by the byte that it is full of: from the last one on it is always the same.
for (let fill = 1; ; fill = Math.min(fill + 1, 255)) {
  await storage.put(key, Readable.from(body(fill)), { contentType: 'text/plain' })
  console.log(fill)
}
