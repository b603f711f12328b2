/** Options of FFmpeg by their names, without the dash. */
export type FfmpegOptions = Readonly<Record<string, string | number>>

/** Options as arguments: each name with its dash, then its value. Pure. */
export function optionList(options: FfmpegOptions): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)])
}
