import { stat } from 'node:fs/promises'
import { slotRulesOf } from '../../attachments/attach.ts'
import { sanitizeFilename } from '../../domain/filename.ts'
import { judgeFile } from '../../domain/gate.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { sniffObject } from '../../kernel/sniffing/sniff-object.ts'
import { sniffBody } from '../proxied/sniff-body.ts'
import { openSource } from '../proxied/upload-source.ts'
import { storageFor } from '../upload-origin.ts'
import type { AdoptionPreview, AdoptOptionsWithPlace, AdoptSource } from './adopt-options.ts'
import { adoptedAsset } from './adopted-asset.ts'
import { assertAdoptable } from './assert-adoptable.ts'
import { fileMissing } from './stream-in.ts'

/**
 * Reads the head of an object and judges it as {@link adopt} would, with the same errors, and writes nothing. Checksums
 * are not compared.
 */
export async function previewAdoption<P extends string>(
  runtime: Runtime,
  profileName: P,
  source: AdoptSource,
  options: AdoptOptionsWithPlace = {},
): Promise<AdoptionPreview<P>> {
  storageFor(runtime, profileName, options)
  assertAdoptable(runtime, profileName, source, options)
  const { slot, attachments = [] } = options
  for (const name of [...(slot === undefined ? [] : [slot]), ...attachments.map((place) => place.slot)]) {
    slotRulesOf(runtime, profileName, name)
  }
  const asset = await adoptedAsset(runtime, profileName, source, options)
  if (asset !== null) return { asset, byteSize: asset.byteSize ?? 0, contentType: asset.contentType ?? '' }
  const { byteSize, sniffedType } = await readHead(runtime, source, options.signal)
  const facts = {
    sniffedType,
    declaredType: options.contentType ?? null,
    filename: sanitizeFilename(options.filename ?? source.key),
    byteSize,
  }
  const verdict = judgeFile(facts, profileOf(runtime, profileName).accept)
  if (!verdict.accepted) throw uploadRejected(verdict)
  return { asset: null, byteSize, contentType: verdict.contentType }
}

async function readHead(
  runtime: Runtime,
  { storage, key, path }: AdoptSource,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly byteSize: number; readonly sniffedType: string | undefined }> {
  if (path === undefined) {
    const { object, sniffedType } = await sniffObject(storageOf(runtime, storage), key, { signal })
    return { byteSize: object.byteSize, sniffedType }
  }
  const { size } = await stat(path).catch((error: unknown) => {
    throw fileMissing(key, error)
  })
  const { body } = await openSource(path)
  try {
    const { sniffedType } = await sniffBody(body)
    return { byteSize: size, sniffedType }
  } finally {
    body.on('error', () => {})
    body.destroy()
  }
}
