import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { PLAYED_SOUNDS, PLAYED_VIDEOS, UNTYPED_VIDEO } from '../../domain/type-tables/browser-types.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { element, voidElement } from './html.ts'
import type { ShownFile } from './shown-file.ts'
import { type MarkupOptions, ShownFiles } from './shown-files.ts'

// The words by which players tell a stream and a storyboard.
const HLS_TYPE = 'application/vnd.apple.mpegurl'
const THUMBNAILS = { kind: 'metadata', label: 'thumbnails' } as const

/** A text track: one of the asset's, or one that the application stores. */
export interface Track {
  /** The URL of a WebVTT file. On another origin it needs `crossOrigin`, and CORS there. */
  readonly src: string
  /** @default 'subtitles' */
  readonly kind?: 'subtitles' | 'captions' | 'descriptions' | 'chapters' | 'metadata'
  /** BCP 47: "en", "de-CH". Needed for subtitles. */
  readonly srcLang?: string
  /** The name in the player's menu. */
  readonly label?: string
  /** Shown by default. @default false */
  readonly default?: boolean
}

/** Options of {@link audio}. */
export interface AudioOptions<V extends string = string> extends MarkupOptions {
  /** Variants of the asset's own kind, in the order in which the browser tries them. */
  readonly variants: readonly V[]
  /** Tracks that the application stores: they come after those of the asset, which are always there. @default none */
  readonly tracks?: readonly Track[]
  /**
   * The way to fetch files and tracks of another origin, which then needs a CORS rule. Tracks from there are not shown
   * without it.
   *
   * @default 'anonymous' for an asset with tracks, else the browser's own
   */
  readonly crossOrigin?: 'anonymous' | 'use-credentials'
}

/** Options of {@link video}. */
export interface VideoOptions<V extends string = string, Image extends string = V, Stream extends string = string>
  extends AudioOptions<V> {
  /**
   * A stream, which becomes the first source. While some of its sizes are still being made it is left out if there is a
   * file to play: a player reads the list of sizes once. @default none
   */
  readonly stream?: Stream
  /** A thumbnail strip, for the pictures of a seek bar: a track of the kind `metadata`, labelled `thumbnails`. @default none */
  readonly storyboard?: Image
  /** An image variant that is shown until the video plays. @default none */
  readonly poster?: Image
}

/** Attributes of a `source`. */
export interface PlayerSource {
  readonly src: string
  /** Absent where browsers play the file, but would deny that they do. */
  readonly type?: string
}

/** Attributes of an `audio` element, by their names in the DOM and in React. */
export interface AudioAttributes {
  readonly controls: true
  readonly preload: 'metadata'
  readonly crossOrigin?: 'anonymous' | 'use-credentials'
  readonly className?: string
}

/** Attributes of a `video` element, by their names in the DOM and in React. */
export interface VideoAttributes extends AudioAttributes {
  readonly width?: number
  readonly height?: number
  /** Absent while it is not ready: the original is no image. */
  readonly poster?: string
}

/** The sources of a player, as plain data and as HTML. */
export interface Player<A> {
  readonly attributes: A
  /** The browser plays the first one that it can. Empty: there is nothing yet that a browser plays. */
  readonly sources: readonly PlayerSource[]
  readonly tracks: readonly Track[]
  /** The kind of the sources; `null`: there are none. */
  readonly fallback: 'variant' | 'original' | null
  /** Everything is escaped. */
  readonly html: string
}

/**
 * Markup of a video: sources, poster and text tracks, with the dimensions of the first file. The stream comes first,
 * then the variants. Leaves out variants that are not ready, and files that the authorizer refuses; the original is the
 * fallback when there is no variant, if browsers may play its type. One query when the asset was read without its
 * variants, else none. `not_deliverable`, `unknown_variant`, `invalid_input` for a variant of another kind, `forbidden`
 * when everything is refused, `capability_unsupported` for a stream or storyboard without the option `streams`.
 */
export async function video(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  options: VideoOptions,
): Promise<Player<VideoAttributes>> {
  const files = await ShownFiles.of(runtime, asset, options)
  const posters = options.poster === undefined ? [] : await files.variants([options.poster], 'image')
  const stream = options.stream === undefined ? null : await files.stream(options.stream)
  const shown = await playable(files, 'video', options)
  const tracks = await tracksOf(files, options)
  const [poster] = posters
  const attributes: VideoAttributes = {
    ...attributesOf(options, tracks),
    ...sizeOf(shown.files[0] ?? asset),
    ...(poster === undefined ? {} : { poster: poster.url }),
  }
  const isStreamed = stream !== null && (stream.isComplete || shown.files.length === 0)
  const streamed = isStreamed ? [{ src: stream.url, type: HLS_TYPE }] : []
  const storyboard = options.storyboard === undefined ? null : await files.storyboard(options.storyboard)
  const thumbnails = storyboard === null ? [] : [{ src: storyboard, ...THUMBNAILS }]
  return playerOf('video', {
    attributes,
    sources: [...streamed, ...shown.files.map(sourceOf)],
    tracks: [...tracks.ofAsset, ...thumbnails, ...tracks.given],
    fallback: isStreamed ? 'variant' : shown.fallback,
  })
}

function sizeOf({ width, height }: Pick<Asset, 'width' | 'height'>): Pick<VideoAttributes, 'width' | 'height'> {
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : {}
}

/** Markup of sound: {@link video} without poster and dimensions. */
export async function audio(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  options: AudioOptions,
): Promise<Player<AudioAttributes>> {
  const files = await ShownFiles.of(runtime, asset, options)
  const shown = await playable(files, 'audio', options)
  const tracks = await tracksOf(files, options)
  return playerOf('audio', {
    attributes: attributesOf(options, tracks),
    sources: shown.files.map(sourceOf),
    tracks: [...tracks.ofAsset, ...tracks.given],
    fallback: shown.fallback,
  })
}

/** The tracks of a player: those of the asset, and those that the application gives. */
interface PlayerTracks {
  readonly ofAsset: readonly Track[]
  readonly given: readonly Track[]
}

async function tracksOf(files: ShownFiles, { tracks: given = [] }: AudioOptions): Promise<PlayerTracks> {
  const ofAsset = (await files.tracks()).map(
    ({ url, kind, lang, label, isDefault }): Track => ({
      src: url,
      kind,
      srcLang: lang,
      label,
      ...(isDefault ? { default: true } : {}),
    }),
  )
  return { ofAsset, given: given.map((track): Track => ({ kind: 'subtitles', ...track })) }
}

/** The files to play, and their kind. */
type Playable = Pick<Player<unknown>, 'fallback'> & { readonly files: readonly ShownFile[] }

async function playable(files: ShownFiles, kind: 'video' | 'audio', { variants }: AudioOptions): Promise<Playable> {
  const made = await files.variants(variants, kind)
  if (made.length > 0) return { files: made, fallback: 'variant' }
  const original = await files.original(kind, kind === 'video' ? PLAYED_VIDEOS : PLAYED_SOUNDS)
  files.assertShown()
  return original === null ? { files: [], fallback: null } : { files: [original], fallback: 'original' }
}

function attributesOf({ crossOrigin: given, className }: AudioOptions, { ofAsset }: PlayerTracks): AudioAttributes {
  const crossOrigin = given ?? (ofAsset.length > 0 ? 'anonymous' : undefined)
  return {
    controls: true,
    preload: 'metadata',
    ...(crossOrigin === undefined ? {} : { crossOrigin }),
    ...(className === undefined ? {} : { className }),
  }
}

function sourceOf({ url, contentType }: ShownFile): PlayerSource {
  return contentType === UNTYPED_VIDEO ? { src: url } : { src: url, type: contentType }
}

function playerOf<A extends AudioAttributes>(name: 'video' | 'audio', player: Omit<Player<A>, 'html'>): Player<A> {
  const attributes: VideoAttributes = player.attributes
  const html = element(name, { ...attributes }, [
    ...player.sources.map((source) => voidElement('source', { ...source })),
    ...player.tracks.map((track) => voidElement('track', { ...track })),
  ])
  return { ...player, html }
}
