import { type Binary, findBinary } from './find-binary.ts'
import { type FfmpegBuild, inspectBuild } from './inspect-build.ts'

/** The programs of FFmpeg that one processor uses: found and inspected on first need. */
export class Toolchain {
  readonly #paths: { readonly ffmpegPath: string | undefined; readonly ffprobePath: string | undefined }
  #ffmpeg: Promise<FfmpegBuild> | undefined
  #ffprobe: Promise<Binary> | undefined

  constructor(paths: { readonly ffmpegPath: string | undefined; readonly ffprobePath: string | undefined }) {
    this.#paths = paths
  }

  /** The ffmpeg in use. `ffmpeg_not_found`; a failure is not remembered. */
  async ffmpeg(): Promise<FfmpegBuild> {
    this.#ffmpeg ??= findBinary('ffmpeg', this.#paths.ffmpegPath).then(inspectBuild)
    try {
      return await this.#ffmpeg
    } catch (error) {
      this.#ffmpeg = undefined
      throw error
    }
  }

  /** The ffprobe in use. `ffmpeg_not_found`; a failure is not remembered. */
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
