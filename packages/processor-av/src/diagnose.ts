import { RindleError } from '@rindle/core'
import type { Finding, ProcessorDiagnosisContext } from '@rindle/core/adapter'
import { CAPABILITY_NEEDS, lackingOf } from './capability-needs.ts'
import { type Binary, type BinaryName, findBinary } from './find-binary.ts'
import { type FfmpegBuild, inspectBuild } from './inspect-build.ts'
import type { AvProcessorConfig } from './options.ts'

const INSTALL = 'Install a current FFmpeg, or set RINDLE_FFMPEG_PATH and RINDLE_FFPROBE_PATH to its programs.'

/** Checks ffmpeg and ffprobe again on every call: a program may have changed since a worker remembered it. */
export async function* diagnose(
  { ffmpegPath, ffprobePath }: AvProcessorConfig,
  { capabilities }: ProcessorDiagnosisContext,
): AsyncGenerator<Finding> {
  const ffmpeg = await lookFor('ffmpeg', ffmpegPath)
  if (ffmpeg instanceof RindleError) yield missing('ffmpeg', ffmpeg)
  else yield* buildFindings(await inspectBuild(ffmpeg), capabilities)
  const ffprobe = await lookFor('ffprobe', ffprobePath)
  if (ffprobe instanceof RindleError) yield missing('ffprobe', ffprobe)
  else yield { id: 'ffprobe.found', status: 'ok', summary: `${ffprobe.path}, by ${ffprobe.source}` }
}

async function lookFor(name: BinaryName, path: string | undefined): Promise<Binary | RindleError> {
  try {
    return await findBinary(name, path)
  } catch (error) {
    if (error instanceof RindleError) return error
    throw error
  }
}

function missing(name: BinaryName, { message }: RindleError): Finding {
  return { id: `${name}.found`, status: 'error', summary: message.replace(/\.$/, ''), fix: INSTALL }
}

/** Checks whether a build is current and has what these capabilities need. Pure. */
export function buildFindings(build: FfmpegBuild, capabilities: ReadonlySet<string>): readonly Finding[] {
  const { path, source } = build
  return [
    { id: 'ffmpeg.found', status: 'ok', summary: `${path}, by ${source}` },
    versionFinding(build),
    encodersFinding(build, capabilities),
  ]
}

function versionFinding(build: FfmpegBuild): Finding {
  const { version, isOld } = build
  const id = 'ffmpeg.version'
  if (!isOld) return { id, status: 'ok', summary: `FFmpeg ${version}` }
  const absent = lackingOf(build, Object.keys(CAPABILITY_NEEDS))
  const lacks = absent.length === 0 ? 'it has every part that recipes use' : `it lacks ${absent.join(', ')}`
  return {
    id,
    status: 'warn',
    summary: `FFmpeg ${version} is older than 6.0; ${lacks}`,
    fix: `${INSTALL} The decoders of an old build get no fixes.`,
  }
}

function encodersFinding(build: FfmpegBuild, capabilities: ReadonlySet<string>): Finding {
  const id = 'ffmpeg.encoders'
  const absent = lackingOf(build, [...capabilities])
  if (absent.length === 0) return { id, status: 'ok', summary: 'has every encoder that profiles need' }
  const affected = [...capabilities].filter((capability) => lackingOf(build, [capability]).length > 0)
  return {
    id,
    status: 'error',
    summary: `FFmpeg ${build.version} was built without ${absent.join(', ')}, needed by ${affected.join(', ')}`,
    fix: 'Install a build of FFmpeg that has what is missing.',
  }
}
