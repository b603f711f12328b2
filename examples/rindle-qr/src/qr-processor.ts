import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRindleError, type Processor, RindleError, type SourceFile } from '@rindle/core'
import { defineProcessor, type ProcessedOutput, type VariantRequest } from '@rindle/core/adapter'
import { drawCode, MOST_BYTES, tooLong } from './draw-code.ts'
import { type NormalQr, qr } from './recipes.ts'

/** Makes the {@link qr} variants of text files. */
export function qrProcessor(): Processor {
  return defineProcessor({
    name: 'qr',
    recipes: [qr],
    async process({ source, variants, directory, signal, onOutcome, onProgress }) {
      signal.throwIfAborted()
      const text = await readText(source, signal).catch(fault)
      for (const variant of variants) {
        signal.throwIfAborted()
        const { name } = variant
        const made = text instanceof RindleError ? text : await makeCode(text, variant, directory).catch(fault)
        if (made instanceof RindleError) {
          await onOutcome({ name, error: made })
        } else {
          onProgress(name, 100)
          await onOutcome({ name, output: made })
        }
      }
    },
  })
}

async function readText({ path, byteSize }: SourceFile, signal: AbortSignal): Promise<string> {
  if (byteSize > MOST_BYTES) throw tooLong()
  const bytes = await readFile(path, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    // The bytes were not read, so this is no verdict about them.
    throw new RindleError('processing_failed', 'The text could not be read from the disk.', { cause })
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new RindleError('corrupt_media', 'The file is not UTF-8: save it as such, and upload that.', { cause })
  }
}

async function makeCode(
  text: string,
  { name, recipe }: VariantRequest<NormalQr>,
  directory: string,
): Promise<ProcessedOutput> {
  const path = join(directory, `${name}.svg`)
  const svg = drawCode(text, recipe)
  await writeFile(path, svg)
  const { size } = recipe
  return { path, contentType: 'image/svg+xml', byteSize: Buffer.byteLength(svg), width: size, height: size }
}

/** Turns an error into the outcome of a variant; one without a code ends the work. */
function fault(error: unknown): RindleError {
  if (isRindleError(error)) return error
  throw error
}
