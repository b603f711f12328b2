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
for (let fill = 1; ; fill = (fill + 1) % 250) {
  await storage.put(key, Readable.from(body(fill)), { contentType: 'text/plain' })
  console.log(fill)
}
