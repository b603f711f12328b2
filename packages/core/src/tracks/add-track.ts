import type { AssetReference } from '../assets/read.ts'
import type { Asset, MediaTrack } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { TRACK_KINDS, type TrackKind } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { MAX_TRACKS, storeTrack } from './store-track.ts'
import { canonicalLanguage, trackLabel } from './text/language.ts'
import { readTrack } from './text/read-track.ts'

/** Options of {@link addTrack}. */
export interface AddTrackOptions {
  /** `captions` also tell of sounds, `subtitles` translate speech, `chapters` name the parts. */
  readonly kind: TrackKind
  /** A language tag of BCP 47: "en", "pt-BR". */
  readonly lang: string
  /** The name that a player shows: one line; more than 200 bytes are cut. @default the language's own name: "Deutsch" */
  readonly label?: string
  /**
   * Whether a player shows it by itself. An earlier default is none any more: there is one among captions and subtitles,
   * and one among chapters. @default false
   */
  readonly default?: boolean
}

/**
 * Adds a text track, WebVTT or SubRip in UTF-8, to a video or to sound; both are stored as WebVTT, with its own markup
 * alone. At most {@link MAX_TRACKS} tracks of one asset, of 4 MiB and 50,000 cues each. Works in every state of the asset
 * but `deleted`. The object is written before the row; row and default change in one transaction. Repeating it adds
 * another track. `not_found`; `invalid_input` for text that is no track (`details.line`), a bad option, or an asset of
 * another kind; `conflict` for one track too many.
 */
export async function addTrack(
  runtime: Runtime,
  reference: AssetReference,
  text: string | Uint8Array,
  options: AddTrackOptions,
): Promise<MediaTrack> {
  assertId('asset', reference.id)
  const track = { ...tagOf(options), sourceIndex: null, text: readTrack(text) }
  const asset = await playableAsset(runtime, reference.id)
  const stored = await storeTrack(runtime, asset, track)
  if (stored === 'too_many') {
    throw new RindleError(
      'conflict',
      `Asset ${asset.id} already has ${MAX_TRACKS} text tracks, the most that are allowed.`,
      {
        retryable: false,
      },
    )
  }
  if (typeof stored === 'string') throw noAsset(asset.id)
  return stored
}

function tagOf({ kind, lang, label, default: isDefault = false }: AddTrackOptions): {
  readonly kind: TrackKind
  readonly lang: string
  readonly label: string
  readonly isDefault: boolean
} {
  if (!TRACK_KINDS.includes(kind)) {
    throw new RindleError('invalid_input', `The kind of a track must be one of: ${TRACK_KINDS.join(', ')}.`)
  }
  if (label !== undefined && typeof label !== 'string')
    throw new RindleError('invalid_input', '`label` must be a string.')
  if (typeof isDefault !== 'boolean') throw new RindleError('invalid_input', '`default` must be true or false.')
  const canonical = canonicalLanguage(lang)
  return { kind, lang: canonical, label: trackLabel(label ?? null, canonical), isDefault }
}

/** An asset that may have tracks; one that is not probed yet may. */
async function playableAsset(runtime: Runtime, id: string): Promise<Asset> {
  const { rows } = await runtime.database.executeSql(
    `select * from rindle.media_assets where id = $1::uuid and state <> 'deleted'`,
    [id],
  )
  if (rows[0] === undefined) throw noAsset(id)
  const asset = assetFromRow(rows[0])
  if (asset.state === 'trashed') {
    throw new RindleError('not_deliverable', `Asset ${id} is in the trash. Restore it first.`, {
      details: { state: asset.state },
    })
  }
  if (asset.kind === null || asset.kind === 'video' || asset.kind === 'audio') return asset
  throw new RindleError(
    'invalid_input',
    `Asset ${id} has the kind "${asset.kind}". Only video and sound can have text tracks.`,
  )
}

function noAsset(id: string): RindleError {
  return new RindleError('not_found', `There is no asset ${id}.`)
}
