/** Where files may be kept. */
export const STORAGES = ['local', 's3'] as const
/** The kinds of variants: images only, or video and audio as well. */
export const LANES = ['image', 'av'] as const

/** The choices for a configuration file. */
export interface ConfigChoice {
  readonly storage: (typeof STORAGES)[number]
  readonly lane: (typeof LANES)[number]
}

/** The part of the file for one choice. */
interface Part {
  readonly package: string
  readonly factory: string
  /** Names of its recipes that profiles use. */
  readonly recipes?: string
  /** Environment variables that it needs. */
  readonly environment: readonly string[]
  readonly call: string
}

const STORAGE_PARTS: Readonly<Record<ConfigChoice['storage'], Part>> = {
  local: {
    package: '@rindle/storage-local',
    factory: 'localStorage',
    environment: ['RINDLE_SIGNING_KEY'],
    call: `localStorage({
      directory: 'media',
      // The path of the handler of @rindle/http. Name the whole URL if pages of another origin use the files.
      baseUrl: '/rindle',
      signingKey: env.RINDLE_SIGNING_KEY,
    })`,
  },
  s3: {
    package: '@rindle/storage-s3',
    factory: 's3Storage',
    environment: ['S3_BUCKET', 'AWS_REGION'],
    call: `s3Storage({ bucket: env.S3_BUCKET, region: env.AWS_REGION })`,
  },
}

const IMAGE_PART: Part = {
  package: '@rindle/processor-image',
  factory: 'imageProcessor',
  recipes: 'image',
  environment: [],
  call: 'imageProcessor()',
}
const AV_PART: Part = {
  package: '@rindle/processor-av',
  factory: 'avProcessor',
  recipes: 'poster, video',
  environment: [],
  call: 'avProcessor()',
}
const JOBS_PART: Part = { package: '@rindle/jobs-pgboss', factory: 'pgBossJobs', environment: [], call: 'pgBossJobs()' }

const PHOTO_PROFILE = `    photo: defineProfile({
      storage: 'main',
      accept: { types: ['image/jpeg', 'image/png', 'image/webp', 'image/avif'], maxBytes: 50_000_000 },
      variants: {
        large: image.fit(2048, 2048, { format: 'webp' }),
        thumb: image.crop(160, 160, { format: 'webp' }),
      },
    }),`

const VIDEO_PROFILE = `    video: defineProfile({
      storage: 'main',
      accept: { types: ['video/*'], maxBytes: 2_000_000_000 },
      variants: {
        web: video.mp4({ height: 720 }),
        poster: poster(),
      },
    }),`

/** The packages that the project needs, sorted: those that the file imports, the handler and the command. Pure. */
export function packagesFor(choice: ConfigChoice): readonly string[] {
  return ['@rindle/cli', '@rindle/core', '@rindle/http', ...partsFor(choice).map((part) => part.package)].toSorted()
}

/** The environment variables that the instance needs. Pure. */
export function environmentFor(choice: ConfigChoice): readonly string[] {
  return ['DATABASE_URL', ...partsFor(choice).flatMap(({ environment }) => environment)]
}

/** The text of a configuration file, which is both TypeScript and JavaScript. Pure. */
export function configTemplate(choice: ConfigChoice): string {
  const imports = partsFor(choice).flatMap(({ factory, package: from, recipes }) => [
    { names: factory, from },
    ...(recipes === undefined ? [] : [{ names: recipes, from: `${from}/recipes` }]),
  ])
  const lines = [{ names: 'defineProfile, rindleFromEnv', from: '@rindle/core' }, ...imports]
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .map(({ names, from }) => `import { ${names} } from '${from}'`)
  return `${lines.join('\n')}

/** Made on its first use: a build that only imports this file needs no variables. */
export const rindle = rindleFromEnv([${environmentFor(choice)
    .map((name) => `'${name}'`)
    .join(', ')}], (env) => ({
  database: env.DATABASE_URL,
  storages: {
    main: ${STORAGE_PARTS[choice.storage].call},
  },
  processors: [${processorParts(choice)
    .map(({ call }) => call)
    .join(', ')}],
  jobs: pgBossJobs(),
  profiles: {
${[PHOTO_PROFILE, ...(choice.lane === 'av' ? [VIDEO_PROFILE] : [])].join('\n')}
  },
}))

// The \`rindle\` command takes the default export.
export default rindle
`
}

function partsFor(choice: ConfigChoice): readonly Part[] {
  return [STORAGE_PARTS[choice.storage], ...processorParts(choice), JOBS_PART]
}

function processorParts({ lane }: ConfigChoice): readonly Part[] {
  return lane === 'av' ? [IMAGE_PART, AV_PART] : [IMAGE_PART]
}
