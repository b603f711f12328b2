import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import type { ImageTransform } from '../image-transform.ts'
import { ApplicationFault } from './application-fault.ts'
import { readApplicationFile } from './application-file.ts'
import type { Drawing, Drawn } from './drawing.ts'
import { type Settled, settle } from './settle.ts'

/** Applies the function of the application. Rejects with an `ApplicationFault`, or with sharp's timeout. */
export async function transformed(pipeline: Sharp, drawing: Drawing): Promise<Drawn> {
  const { variant, files, input } = drawing
  const { sha256 = '', options = {} } = variant.recipe.transform ?? {}
  await readApplicationFile('module of the transform', files.transform, sha256)
  const path = files.transform ?? ''
  const transform = await load(path, sha256)
  const { pipeline: given, width, height } = await settle(pipeline, input, false)
  // Here and not in the encoder, so that its errors are known to be its own.
  const { pipeline: made, ...size } = await attempt(path, async (): Promise<Settled> => {
    const returned = (await transform(given, { sharp, options, width, height })) ?? given
    if (typeof returned.raw !== 'function') throw new Error('it returned no sharp pipeline')
    return settle(returned, input, false)
  })
  // JPEG has no transparency, and the function may have added some.
  return {
    pipeline: variant.recipe.format === 'jpeg' ? made.flatten({ background: variant.recipe.background }) : made,
    size,
  }
}

function load(path: string, sha256: string): Promise<ImageTransform> {
  return attempt(path, async () => {
    // Modules are kept by their address: that of other bytes is another one.
    const { default: transform } = (await import(`${pathToFileURL(path).href}?sha256=${sha256}`)) as {
      default?: unknown
    }
    if (typeof transform !== 'function') throw new Error('its default export is no function')
    return transform as ImageTransform
  })
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason.startsWith('timeout: ')) throw error
    throw new ApplicationFault('processing_failed', `The transform ${basename(path)} failed: ${reason}.`)
  }
}
