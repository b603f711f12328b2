import type { AssetWithVariants } from '../assets/read.ts'
import type { Asset, MediaTrack } from '../domain/entities.ts'
import type { AnyProfiles, FamilyName, Profiles, StreamName, VariantName } from '../profile/names.ts'
import type { FileAnswer, FileCall } from './files/file-answer.ts'
import type { ServeFileOptions } from './files/serve-file.ts'
import type { FamilyUrlOptions } from './images/family-url.ts'
import type { ServeImageOptions } from './images/serve-image.ts'
import type { Picture, PictureOptions } from './markup/picture.ts'
import type { AudioAttributes, AudioOptions, Player, VideoAttributes, VideoOptions } from './markup/player.ts'
import type { ServeStreamOptions } from './streams/serve-stream.ts'
import type { StreamUrlOptions } from './streams/stream-url.ts'
import type { UrlOptions, VariantUrlOptions } from './urls/url.ts'
import type { AssetUrls, UrlsForOptions } from './urls/urls-for.ts'

/** URLs, markup and files for authorized readers. */
export interface Delivery<Ps extends AnyProfiles = Profiles> {
  /** Returns a URL of the original. Asks the authorizer first. `not_deliverable`, `forbidden`. */
  url<P extends keyof Ps & string>(asset: Asset<P>, options?: UrlOptions): Promise<string>
  /** Returns a URL of a variant or of its substitute; `null`: show a placeholder. `not_deliverable`, `forbidden`. */
  variantUrl<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    name: VariantName<Ps, P> & string,
    options?: VariantUrlOptions,
  ): Promise<string | null>
  /**
   * Returns a URL of one of the asset's text tracks, as `text/vtt`. Asks the authorizer first. `not_found` for another
   * asset's track, `not_deliverable`, `forbidden`.
   */
  trackUrl<P extends keyof Ps & string>(asset: Asset<P>, track: MediaTrack, options?: UrlOptions): Promise<string>
  /**
   * Returns URLs of many assets by asset id, without a query for those that were read with their variants. A file that
   * may not be delivered is `null`, and does not fail the rest.
   */
  urlsFor<P extends keyof Ps & string, const V extends VariantName<Ps, P> & string = never>(
    assets: readonly (Asset<P> | AssetWithVariants<P>)[],
    options?: UrlsForOptions<V>,
  ): Promise<ReadonlyMap<string, AssetUrls<V>>>
  /**
   * Returns the one URL of a family: it answers `?w=640` with the image of the next larger width, in the best format that
   * the client accepts. `null`: nothing of the family can be made from this asset. `not_deliverable`, `forbidden`,
   * `capability_unsupported` without the option `images`.
   */
  familyUrl<P extends keyof Ps & string>(
    asset: Asset<P>,
    family: FamilyName<Ps, P> & string,
    options?: FamilyUrlOptions,
  ): Promise<string | null>
  /**
   * Returns the URL of a stream's master playlist (HLS), for players. `null` until its pictures can be played in some
   * size, and with their sound; further sizes join as they are made. No query when the asset was read with its variants.
   * `not_deliverable`, `forbidden`, `capability_unsupported` without the option `streams`.
   */
  streamUrl<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    name: StreamName<Ps, P> & string,
    options?: StreamUrlOptions,
  ): Promise<string | null>
  /**
   * Returns the URL of a storyboard in WebVTT, whose cues name places in a thumbnail strip. `null` while the strip is not
   * ready. The same errors as `streamUrl`.
   */
  storyboardUrl<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    strip: VariantName<Ps, P, 'image'> & string,
    options?: StreamUrlOptions,
  ): Promise<string | null>
  /**
   * Markup of an image, or of a video's poster: sources by format and width, and an `img` that every browser shows. Of
   * the variants that you name, or of a family. `not_deliverable`, `forbidden`.
   */
  picture<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    options: PictureOptions<VariantName<Ps, P, 'image'> & string, FamilyName<Ps, P> & string>,
  ): Promise<Picture>
  /**
   * Markup of a video: its stream, other sources, poster, text tracks, storyboard. `not_deliverable`, `forbidden`,
   * `capability_unsupported` for a stream or storyboard without the option `streams`.
   */
  video<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    options: VideoOptions<
      VariantName<Ps, P, 'video'> & string,
      VariantName<Ps, P, 'image'> & string,
      StreamName<Ps, P> & string
    >,
  ): Promise<Player<VideoAttributes>>
  /** Markup of sound: sources, text tracks. `not_deliverable`, `forbidden`. */
  audio<P extends keyof Ps & string>(
    asset: Asset<P> | AssetWithVariants<P>,
    options: AudioOptions<VariantName<Ps, P, 'audio'> & string>,
  ): Promise<Player<AudioAttributes>>
  /**
   * Answers a request to a signed URL of local storage: `GET` and `HEAD` with ranges and conditional requests, `PUT` of
   * an upload. Errors are problem+json.
   */
  serveFile(request: Request, options?: ServeFileOptions): Promise<Response>
  /**
   * Answers a request to a signed URL of local storage, as `serveFile` does, for a server that does not speak the Fetch
   * API: `toNodeHandler` of @rindle/http uses it. `GET` and `HEAD` alone. Answers at once where nothing has to be read.
   */
  answerFile(call: FileCall): FileAnswer | Promise<FileAnswer>
  /**
   * Answers a request to a family's URL: `GET` and `HEAD` with `?w=` and perhaps `&format=`. If the image
   * does not exist yet, a worker makes it while the request waits; nothing is decoded in this process. Errors are
   * problem+json.
   */
  serveImage(request: Request, options?: ServeImageOptions): Promise<Response>
  /**
   * Answers a request for a playlist of a stream, or for a storyboard: `GET`, `HEAD`, and the `OPTIONS` of a page of
   * another origin. Asks the authorizer for each. Errors are problem+json.
   */
  serveStream(request: Request, options?: ServeStreamOptions): Promise<Response>
}
