import { readFile } from 'node:fs/promises'
import { readingFile } from './file-bytes.ts'
import { missingShareOfJpeg } from './formats/jpeg-extent.ts'
import { jpegOutline } from './formats/jpeg-markers.ts'
import { lacksOnlyTheLastBit } from './formats/jpeg-progress.ts'
import { repairPng } from './formats/png-repair.ts'
import type { Reading } from './open-source.ts'
import type { DecodeInput, Truncated } from './orders.ts'
import { Refusal } from './refusal.ts'

/** The share of its pixels that an accepted picture may lack at its end. */
const MAX_MISSING_SHARE = 0.1

/**
 * Does `work` on a source. If the decoder complains about it, finds out whether that matters to the picture, and if it
 * does not, repeats the work with a changed reading. Rejects with a `Refusal` that says how much of the picture is
 * missing, or with the error of `work`. A complete file costs nothing extra.
 */
export async function mending<T>(
  input: DecodeInput,
  truncated: Truncated,
  work: (reading: Reading) => Promise<T>,
): Promise<T> {
  try {
    return await work({})
  } catch (error) {
    const { readings, verdict } = await secondLook(complaintOf(error), input, truncated)
    let complaint = error
    for (const reading of readings) {
      try {
        return await work(reading)
      } catch (again) {
        // Anything else, for example a full disk, says nothing about these bytes.
        if (!isComplaint(complaintOf(again))) throw again
        complaint = again
      }
    }
    throw verdict ?? complaint
  }
}

function complaintOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isComplaint(text: string): boolean {
  return JPEG_COMPLAINT.test(text) || PNG_COMPLAINT.test(text)
}

// libvips does not always give a reason, and never for an interlaced PNG; then sharp's own message appears.
const JPEG_COMPLAINT = /^(VipsJpeg: |Warning treated as error)/
const PNG_COMPLAINT = /^(vipspng: libpng read error|Unknown error)/

interface SecondLook {
  /** Other ways to read the source, the strictest first. */
  readonly readings: readonly Reading[]
  /** The refusal if the decoder complains about all of them; `null`: its complaint. */
  readonly verdict: Refusal | null
}

const NO_OTHER_WAY: SecondLook = { readings: [], verdict: null }

async function secondLook(complaint: string, { source }: DecodeInput, truncated: Truncated): Promise<SecondLook> {
  const { contentType, path } = source
  if (contentType === 'image/jpeg' && JPEG_COMPLAINT.test(complaint)) {
    return lookAtJpeg(complaint, await readFile(path), truncated)
  }
  const isPng = contentType === 'image/png' || contentType === 'image/apng'
  return isPng && PNG_COMPLAINT.test(complaint) && truncated === 'accept' ? lookAtPng(path) : NO_OTHER_WAY
}

const END_OF_JPEG = Buffer.from('ffd9', 'hex')
const STRAY_BYTES_AT_ITS_END = 'extraneous bytes before marker 0xd9'

function lookAtJpeg(complaint: string, bytes: Buffer, truncated: Truncated): SecondLook {
  const { isWhole, plain } = jpegOutline(bytes)
  if (!isWhole && truncated === 'reject') throw cutOff()
  const ended = isWhole ? plain : Buffer.concat([plain, END_OF_JPEG])
  const missing = missingShareOfJpeg(bytes)
  if (missing !== null) {
    if (missing > (truncated === 'accept' ? MAX_MISSING_SHARE : 0)) throw tooMuchMissing('JPEG', missing)
    return { readings: [{ bytes: ended, failOn: 'error' }], verdict: damaged() }
  }
  // In a progressive JPEG every warning is about a scan that ends early or late, and comes before the first row:
  // without one, nothing is missing. The very last scan may leave bytes.
  const asWhole: Reading = { bytes: ended }
  const isAllThere = isWhole ? complaint.includes(STRAY_BYTES_AT_ITS_END) : lacksOnlyTheLastBit(bytes)
  const readings = isAllThere ? [asWhole, { bytes: ended, failOn: 'error' as const }] : [asWhole]
  return { readings, verdict: isWhole ? damaged() : cutOff() }
}

async function lookAtPng(path: string): Promise<SecondLook> {
  const repaired = await readingFile(path, repairPng)
  if (repaired === null) return NO_OTHER_WAY
  if (repaired.missing > MAX_MISSING_SHARE) throw tooMuchMissing('PNG', repaired.missing)
  return { readings: [{ bytes: repaired.bytes }], verdict: null }
}

function cutOff(): Refusal {
  return new Refusal('corrupt_media', 'The JPEG is cut off: part of its picture is missing. Upload it again.')
}

function damaged(): Refusal {
  return new Refusal('corrupt_media', 'The JPEG is damaged: its picture cannot be read to the end. Upload it again.')
}

function tooMuchMissing(what: string, missing: number): Refusal {
  const percent = (share: number): string => `${Math.max(1, Math.round(share * 100))} %`
  const most = percent(MAX_MISSING_SHARE)
  const message = `The ${what} is cut off or damaged: ${percent(missing)} of its picture is missing, and at most ${most} may be.`
  return new Refusal('corrupt_media', `${message} Upload it again.`)
}
