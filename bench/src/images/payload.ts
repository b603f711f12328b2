import { mkdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { CROPS, type ImagesRound, INSIDES, type PayloadSetup } from './setup.ts'

/** What the bench uses of Payload, whose own types are not installed. */
interface PayloadModule {
  readonly buildConfig: (config: object) => Promise<object>
  readonly sqliteAdapter: (options: object) => object
  readonly getPayload: (options: { readonly config: Promise<object> }) => Promise<Payload>
}

interface Payload {
  readonly create: (options: {
    readonly collection: 'media'
    readonly data: object
    readonly file: {
      readonly data: Buffer
      readonly mimetype: string
      readonly name: string
      readonly size: number
    }
  }) => Promise<{ readonly id: number; readonly sizes: Readonly<Record<string, { readonly filename: string | null }>> }>
  readonly destroy: () => Promise<void>
}

const WEBP = { format: 'webp', options: { quality: 80, effort: 4 } } as const
const IMAGE_SIZES = [
  ...Object.entries(INSIDES).map(([name, size]) => sized(name, size, { fit: 'inside', withoutEnlargement: true })),
  ...Object.entries(CROPS).map(([name, size]) => sized(name, size, { fit: 'cover' })),
]

// Payload's local API, whose `create` ends when all sizes are made, over SQLite; as many photos at once as cores.
serveSide(async (setup) => {
  const { directory, entry } = setup as PayloadSetup
  const files = join(directory, 'payload-files')
  const payload = await startPayload((await import(entry)) as PayloadModule, { directory, files })
  return {
    round: async (input) => {
      const { photographs } = input as ImagesRound
      await mkdir(files)
      const cpu = cpuMeter()
      const begin = performance.now()
      const queue = photographs.entries()
      const work = async (): Promise<void> => {
        for (const [index, path] of queue) await createOne(payload, path, `${index}.jpg`)
      }
      await Promise.all(Array.from({ length: availableParallelism() }, work))
      const figures = { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
      await rm(files, { recursive: true })
      return figures
    },
    stop: () => payload.destroy(),
  }
})

function sized(name: string, size: number, how: object) {
  return { name, width: size, height: size, ...how, formatOptions: WEBP }
}

function startPayload(
  { buildConfig, sqliteAdapter, getPayload }: PayloadModule,
  { directory, files }: { readonly directory: string; readonly files: string },
): Promise<Payload> {
  const upload = { staticDir: files, mimeTypes: ['image/*'], imageSizes: IMAGE_SIZES }
  const config = buildConfig({
    secret: 'for benchmarks only',
    sharp,
    telemetry: false,
    logger: { options: { level: 'error' }, destination: process.stderr },
    db: sqliteAdapter({ client: { url: `file:${join(directory, 'payload.db')}` }, push: true }),
    typescript: { autoGenerate: false },
    collections: [
      { slug: 'users', auth: true, fields: [] },
      { slug: 'media', fields: [], upload },
    ],
  })
  return getPayload({ config })
}

// Photos come up again in a round, and it refuses two uploads of one name at once.
async function createOne(payload: Payload, path: string, name: string): Promise<void> {
  const data = await readFile(path)
  const file = { data, mimetype: 'image/jpeg', name, size: data.length }
  const { sizes } = await payload.create({ collection: 'media', data: {}, file })
  for (const size of IMAGE_SIZES) {
    if (typeof sizes[size.name]?.filename !== 'string') throw new Error(`Payload made no "${size.name}" of ${path}.`)
  }
}
