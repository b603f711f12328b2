/** `2048 × 1536`; `-` when unknown. */
export function formatDimensions(media: { readonly width: number | null; readonly height: number | null }): string {
  return media.width === null || media.height === null ? '-' : `${media.width} × ${media.height}`
}
