import { type Binary, findBinary } from './find-binary.ts'
import { type FfmpegBuild, inspectBuild } from './inspect-build.ts'

/** The programs of FFmpeg that one processor uses: found and inspected on first use. */
export class Toolchain {
  readonly #paths: { readonly ffmpegPath: string | undefined; readonly ffprobePath: string | undefined }
  #ffmpeg: Promise<FfmpegBuild> | undefined
  #ffprobe: Promise<Binary> | undefined

  constructor(paths: { readonly ffmpegPath: string | undefined; readonly ffprobePath: string | undefined }) {
    this.#paths = paths
  }

  /** Returns the ffmpeg in use. Throws `program_not_found`; the next call then searches again. */
  async ffmpeg(): Promise<FfmpegBuild> {
    this.#ffmpeg ??= findBinary('ffmpeg', this.#paths.ffmpegPath).then(inspectBuild)
    try {
      return await this.#ffmpeg
    } catch (error) {
      this.#ffmpeg = undefined
      throw error
    }
  }

  /** Returns the ffprobe in use. Throws `program_not_found`; the next call then searches again. */
  async ffprobe(): Promise<Binary> {
    this.#ffprobe ??= findBinary('ffprobe', this.#paths.ffprobePath)
    try {
      return await this.#ffprobe
    } catch (error) {
      this.#ffprobe = undefined
      throw error
    }
  }
}
