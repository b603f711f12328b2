/** A file that a page can show, with its URL. */
export interface ShownFile {
  readonly url: string
  readonly contentType: string
  /** Pixels. */
  readonly width: number | null
  /** Pixels. */
  readonly height: number | null
}

/** The size of a picture in pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}
