/** Options of FFmpeg by their names, without the dash; `true`: one that takes no value. */
export type FfmpegOptions = Readonly<Record<string, string | number | true>>

/** Options as arguments: each name with its dash, then its value, if it takes one. Pure. */
export function optionList(options: FfmpegOptions): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`-${name}`] : [`-${name}`, String(value)],
  )
}
