import type {
  FamilySource,
  FamilyView,
  Focus,
  PlaceholderView,
  StreamView,
  TrackView,
  VariantView,
  WireAsset,
  WireCompletedUpload,
  WirePart,
  WireProblem,
  WireRequest,
  WireUpload,
} from '@rindle/client'
import {
  ASSET_KINDS,
  ASSET_STATES,
  OUTPUT_KINDS,
  SESSION_STATES,
  TRACK_KINDS,
  UPLOAD_STRATEGIES,
  VARIANT_STATES,
} from '@rindle/core'
import { z } from 'zod'

/** An object of exactly the properties of a wire type: a missing, an additional and a wrong one do not compile. */
type Shape<T> = { readonly [Name in keyof T]-?: z.ZodType<T[Name]> }

const count = z.int().min(0)
const pixels = z.int().min(1).nullable().describe('Pixels; null if unknown.')
const link = z.string().min(1).nullable()

const request = z
  .strictObject({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
  } satisfies Shape<WireRequest>)
  .describe('A request that sends bytes to the storage. Use it unchanged.')

const part = z.strictObject({ partNumber: z.int().min(1), byteSize: count } satisfies Shape<WirePart>)

const upload = z
  .strictObject({
    id: z.uuid(),
    assetId: z.uuid(),
    state: z.enum(SESSION_STATES),
    strategy: z.enum(UPLOAD_STRATEGIES),
    byteSize: count.nullable().describe('The declared size in bytes.'),
    expiresAt: z.iso.datetime().nullable(),
    request: request.exactOptional().describe('The one request that sends the file: only when a presigned_put begins.'),
    partBytes: count.exactOptional().describe('Bytes of every part but the last: only for multipart.'),
    partCount: z.int().min(1).exactOptional().describe('Only for multipart.'),
    parts: z
      .array(part)
      .readonly()
      .exactOptional()
      .describe('The parts that the storage has: only of an open multipart.'),
    tusUrl: z.string().exactOptional().describe('The address for a tus client: only for an open resumable upload.'),
  } satisfies Shape<WireUpload>)
  .describe('An upload session as its client sees it.')

const completedUpload = z.strictObject({
  upload,
  asset: z.strictObject({ id: z.uuid(), state: z.enum(ASSET_STATES) }),
} satisfies Shape<WireCompletedUpload>)

const variant = z.strictObject({
  state: z.enum(VARIANT_STATES),
  outputKind: z.enum(OUTPUT_KINDS),
  progress: z.number().min(0).max(100).describe('Percent.'),
  contentType: z.string().nullable(),
  byteSize: count.nullable(),
  width: pixels,
  height: pixels,
  durationMs: count.nullable(),
  errorReason: z.string().nullable().describe('Why it failed, or what it waits for: a code.'),
  errorMessage: z.string().nullable().describe('The same as a sentence for people, in English.'),
  metadata: z.record(z.string(), z.unknown()),
  url: link.describe('Null unless the variant is ready and may be delivered.'),
  storyboard: link.describe("The URL of a thumbnail strip's storyboard (WebVTT)."),
} satisfies Shape<VariantView>)

const familySource = z.strictObject({ type: z.string(), srcSet: z.string() } satisfies Shape<FamilySource>)

const family = z.strictObject({
  url: link.describe('The one URL of the family: `?w=640` answers with the image of the next larger width.'),
  widths: z.array(z.int().min(1)).readonly(),
  types: z.array(z.string()).readonly(),
  width: pixels,
  height: pixels,
  src: link,
  srcSet: link,
  sources: z.array(familySource).readonly(),
} satisfies Shape<FamilyView>)

const stream = z.strictObject({
  url: link.describe('The URL of the master playlist (HLS).'),
} satisfies Shape<StreamView>)

const track = z.strictObject({
  id: z.uuid(),
  kind: z.enum(TRACK_KINDS),
  lang: z.string().describe('A BCP 47 language tag.'),
  label: z.string(),
  default: z.boolean(),
  url: link.describe('Of WebVTT.'),
} satisfies Shape<TrackView>)

const fraction = z.number().min(0).max(1)
const focus = z.strictObject({ x: fraction, y: fraction } satisfies Shape<Focus>)

const placeholder = z.strictObject({
  dataUrl: z.string().nullable(),
  colour: z.string().regex(/^#[0-9a-f]{6}$/),
} satisfies Shape<PlaceholderView>)

const asset = z
  .strictObject({
    id: z.uuid(),
    profile: z.string(),
    state: z.enum(ASSET_STATES),
    kind: z.enum(ASSET_KINDS).nullable(),
    filename: z.string(),
    contentType: z.string().nullable(),
    byteSize: count.nullable(),
    width: pixels,
    height: pixels,
    durationMs: count.nullable(),
    errorReason: z.string().nullable().describe('Why it is quarantined, or the reason of the last failure: a code.'),
    errorMessage: z.string().nullable().describe('The same as a sentence for people, in English.'),
    settled: z.boolean().describe('Whether all work on it is done.'),
    url: link.describe('The URL of the original; null unless it may be delivered.'),
    variants: z.record(z.string(), variant),
    families: z.record(z.string(), family),
    streams: z.record(z.string(), stream),
    tracks: z.array(track).readonly(),
    focus: focus.nullable().describe('The focal point of crops; null: the centre of attention.'),
    placeholder: placeholder.nullable(),
  } satisfies Shape<WireAsset>)
  .describe('One asset with its variants.')

const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    status: z.int().min(400).max(599).describe('The HTTP status.'),
    code: z.string().describe('A code of the table of errors; internal_error for any other failure.'),
    detail: z.string().describe('One sentence for developers.'),
    reason: z.string().optional().describe('Why an upload was rejected: a code.'),
  } satisfies Shape<WireProblem>)
  .describe('An error (RFC 9457).')

/** The names of answers in the document. */
export type AnswerName = 'Upload' | 'CompletedUpload' | 'Request' | 'Asset' | 'Problem'

/** The parts of answers that generated clients may want by name. */
type PartName = 'Variant' | 'Family' | 'Stream' | 'Track' | 'Focus' | 'Placeholder' | 'Part'

/** The answers of the handler, and their parts, by their names in the document. */
export const ANSWERS: Readonly<Record<AnswerName | PartName, z.ZodType>> = {
  Upload: upload,
  CompletedUpload: completedUpload,
  Request: request,
  Asset: asset,
  Problem: problem,
  Variant: variant,
  Family: family,
  Stream: stream,
  Track: track,
  Focus: focus,
  Placeholder: placeholder,
  Part: part,
}
