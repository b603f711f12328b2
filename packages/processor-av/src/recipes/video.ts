import type { Recipe } from '@rindle/core'
import {
  type PreviewPictureOptions,
  type PreviewVideoOptions,
  previewPictureKind,
  previewVideoKind,
} from './preview-kinds.ts'
import { videoKind } from './video-kind.ts'
import type { VideoOptions, WebmOptions } from './video-options.ts'

/** Makes the recipe of a preview: as a picture, or as a video. */
export interface PreviewFactory {
  /** An animated picture. */
  (options?: PreviewPictureOptions): Recipe<'image'>
  /** A silent video. */
  (options: PreviewVideoOptions): Recipe<'video'>
}

/** The video recipes. */
export interface Video {
  /** MP4 with H.264 and AAC, which every browser plays, or with HEVC or AV1. A silent video stays silent. */
  readonly mp4: (options?: VideoOptions) => Recipe<'video'>
  /** WebM with VP9 or AV1, and Opus: smaller, and slower to make. A silent video stays silent. */
  readonly webm: (options?: WebmOptions) => Recipe<'video'>
  /** A silent loop of a few seconds, to show while the pointer is over a video: animated WebP or GIF, or MP4. */
  readonly preview: PreviewFactory
}

/** The video recipes. See {@link Video}. Each returns a plain value for the `variants` of a profile, and never throws. */
export const video: Video = {
  mp4: (options) => videoKind({ ...options, container: 'mp4' }),
  webm: (options) => videoKind({ ...options, container: 'webm' }),
  preview: ((options?: PreviewPictureOptions | PreviewVideoOptions) => {
    const { format = 'webp', ...detail }: PreviewPictureOptions | PreviewVideoOptions = options ?? {}
    return format === 'mp4' ? previewVideoKind(detail) : previewPictureKind({ ...detail, format })
  }) as PreviewFactory,
}
