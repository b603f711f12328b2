/** Whole pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Returns the largest size of this aspect ratio inside `box`, never larger than `picture`. Pure. */
export function fitInside(picture: Size, box: Size): Size {
  const scale = Math.min(1, box.width / picture.width, box.height / picture.height)
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  }
}

/**
 * Like {@link fitInside}, but with even sides, which video with subsampled colour needs: an odd side loses a pixel, and
 * a side of one pixel gets a second. Pure.
 */
export function fitInsideEven(picture: Size, box: Size): Size {
  const { width, height } = fitInside(picture, box)
  return { width: even(width), height: even(height) }
}

function even(side: number): number {
  return Math.max(2, side - (side % 2))
}
