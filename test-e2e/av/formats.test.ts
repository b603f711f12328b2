import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'
import { defineProfile } from '@rindle/core'
import { extensionsOf } from '@rindle/core/adapter'
import { avProcessor } from '@rindle/processor-av'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'

const limits = { maxBytes: 40_000_000, extensionMismatch: 'reject' } as const
const profiles = {
  media: defineProfile({
    storage: 'main',
    accept: { ...limits, types: ['video/*', 'audio/*', 'application/ogg'] },
  }),
  sound: defineProfile({ storage: 'main', accept: { ...limits, types: ['audio/*'] } }),
  webm: defineProfile({ storage: 'main', accept: { ...limits, types: ['video/webm', 'audio/webm'] } }),
  matroska: defineProfile({ storage: 'main', accept: { ...limits, types: ['video/x-matroska'] } }),
}

/** A format, what makes it, and what systems and browsers declare it as. */
interface Format {
  /** The usual name. */
  readonly file: string
  readonly contentType: string
  readonly make: readonly string[]
  readonly declared: readonly string[]
}

const film = (file: string, contentType: string, make: string, declared: string): Format => ({
  file,
  contentType,
  make: ['-map', '0', '-map', '1', ...make.split(' ')],
  declared: declared.split(' '),
})
const sound = (file: string, contentType: string, make: string, declared: string): Format => ({
  file,
  contentType,
  make: ['-map', '1', ...make.split(' ')],
  declared: declared.split(' '),
})

const FORMATS: readonly Format[] = [
  film('film.mp4', 'video/mp4', '-c:v mpeg4 -c:a aac -f mp4', 'video/mp4 video/x-m4v video/quicktime application/mp4'),
  film('film.mov', 'video/quicktime', '-c:v mpeg4 -c:a aac -f mov', 'video/quicktime video/mp4'),
  film('film.3gp', 'video/3gpp', '-c:v mpeg4 -c:a aac -f 3gp', 'video/3gpp video/mp4 video/3gp'),
  film('film.3g2', 'video/3gpp2', '-c:v mpeg4 -c:a aac -f 3g2', 'video/3gpp2 video/3gpp'),
  film('film.mkv', 'video/x-matroska', '-c:v mpeg4 -c:a aac -f matroska', 'video/x-matroska video/matroska video/webm'),
  film('film.webm', 'video/webm', '-c:v libvpx -c:a libvorbis -f webm', 'video/webm'),
  film(
    'film.avi',
    'video/x-msvideo',
    '-c:v mpeg4 -c:a mp3 -f avi',
    'video/avi video/x-msvideo video/vnd.avi video/msvideo',
  ),
  film('film.flv', 'video/x-flv', '-c:v flv -c:a mp3 -ar 44100 -f flv', 'video/x-flv'),
  film('film.mpg', 'video/mpeg', '-c:v mpeg1video -c:a mp2 -f mpeg', 'video/mpeg video/x-mpeg'),
  film('film.vob', 'video/mpeg', '-c:v mpeg2video -c:a mp2 -f vob', 'video/dvd video/x-ms-vob video/mpeg'),
  film(
    'film.ts',
    'video/mp2t',
    '-c:v mpeg2video -c:a mp2 -f mpegts',
    'video/mp2t video/vnd.dlna.mpeg-tts text/vnd.trolltech.linguist',
  ),
  film(
    'film.mts',
    'video/mp2t',
    '-c:v mpeg2video -c:a mp2 -mpegts_m2ts_mode 1 -f mpegts',
    'model/vnd.mts video/mp2t video/vnd.dlna.mpeg-tts',
  ),
  film('film.wmv', 'video/x-ms-asf', '-c:v wmv2 -c:a wmav2 -f asf', 'video/x-ms-wmv video/x-ms-asf'),
  film('film.ogv', 'video/ogg', '-c:v libtheora -c:a libvorbis -f ogg', 'video/ogg application/ogg'),
  film('film.mxf', 'application/mxf', '-c:v mpeg2video -c:a pcm_s16le -f mxf', 'application/mxf'),
  sound('song.mp3', 'audio/mpeg', '-c:a mp3 -f mp3', 'audio/mpeg audio/mp3 audio/x-mp3 audio/mpeg3'),
  sound('song.mp2', 'audio/mpeg', '-c:a mp2 -f mp2', 'audio/mpeg video/mpeg audio/mp2'),
  sound('song.m4a', 'audio/mp4', '-c:a aac -f ipod', 'audio/mp4 audio/x-m4a audio/m4a audio/mpeg video/mp4'),
  sound('memo.m4a', 'audio/mp4', '-c:a aac -f mp4', 'audio/mp4 audio/x-m4a'),
  sound('book.m4b', 'audio/mp4', '-c:a aac -f mp4', 'audio/x-m4b audio/mp4'),
  sound('memo.3ga', 'audio/3gpp', '-c:a aac -f 3gp', 'audio/3gpp video/3gpp'),
  sound('song.mka', 'audio/x-matroska', '-c:a aac -f matroska', 'audio/x-matroska video/x-matroska'),
  sound('memo.weba', 'audio/webm', '-c:a libopus -f webm', 'audio/webm video/webm'),
  sound('song.wma', 'audio/x-ms-asf', '-c:a wmav2 -f asf', 'audio/x-ms-wma video/x-ms-asf audio/wma'),
  sound('song.ogg', 'audio/ogg', '-c:a libvorbis -f ogg', 'audio/ogg video/ogg application/ogg audio/vorbis'),
  sound('song.opus', 'audio/ogg', '-c:a libopus -f ogg', 'audio/opus audio/ogg'),
  sound('song.flac', 'audio/flac', '-c:a flac -f flac', 'audio/flac audio/x-flac'),
  sound('song.wav', 'audio/wav', '-c:a pcm_s16le -f wav', 'audio/wav audio/x-wav audio/wave audio/vnd.wave'),
  sound('long.wav', 'audio/wav', '-c:a pcm_s16le -rf64 always -f wav', 'audio/x-wav'),
  sound('long.w64', 'audio/x-w64', '-c:a pcm_s16le -f w64', 'audio/x-w64'),
  sound('song.aiff', 'audio/aiff', '-c:a pcm_s16be -f aiff', 'audio/aiff audio/x-aiff'),
  sound('song.au', 'audio/basic', '-c:a pcm_s16be -f au', 'audio/basic'),
  sound('song.caf', 'audio/x-caf', '-c:a pcm_s16be -f caf', 'audio/x-caf'),
  sound('song.aac', 'audio/aac', '-c:a aac -f adts', 'audio/aac audio/vnd.dlna.adts audio/x-aac audio/aacp'),
  sound('song.ac3', 'audio/ac3', '-c:a ac3 -f ac3', 'audio/ac3 audio/vnd.dolby.dd-raw'),
  sound('song.eac3', 'audio/eac3', '-c:a eac3 -f eac3', 'audio/eac3 audio/ac3'),
  sound('song.wv', 'audio/wavpack', '-c:a wavpack -f wv', 'audio/x-wavpack audio/wavpack'),
]

/** Names that systems give to everything that they do not know. */
const SAYING_NOTHING = ['', 'application/octet-stream', 'binary/octet-stream']

let application: Application<typeof profiles>
const made = new Map<Format, Buffer>()

beforeAll(async () => {
  application = await startApplication({
    profiles,
    storages: { main: memoryStorage() },
    processors: [avProcessor()],
  })
  const drawn = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=352x288:rate=25:duration=0.4',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=0.4:sample_rate=48000',
  ]
  const paths = FORMATS.map(({ file }, index) => join(application.directory, `${index}-${file}`))
  const outputs = FORMATS.flatMap(({ make }, index) => [...make, '-strict', '-2', paths[index] ?? ''])
  await promisify(execFile)(ffmpegInstaller.path, ['-nostdin', '-y', ...drawn, ...outputs])
  for (const [index, format] of FORMATS.entries()) made.set(format, await readFile(paths[index] ?? ''))
  await application.work()
}, 60_000)
afterAll(async () => application[Symbol.asyncDispose]())

/** An ID3 tag with a cover of that size. */
function tag(byteSize: number): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (byteSize >> shift) & 0x7f)
  return Buffer.concat([Buffer.from('ID3\x04\0\0', 'latin1'), Buffer.from(size), Buffer.alloc(byteSize)])
}

const bytesOf = (file: string): Buffer => {
  const format = FORMATS.find((each) => each.file === file)
  return format === undefined ? expect.fail(file) : (made.get(format) ?? expect.fail(file))
}

describe('what FFmpeg reads', () => {
  it.each(FORMATS)('$file is taken under every name and extension of its own', async (format) => {
    const { file, contentType, declared } = format
    const source = made.get(format) as Buffer
    const [stem = ''] = file.split('.')
    const own = file.slice(stem.length)
    for (const name of [...declared, ...SAYING_NOTHING]) {
      const received = await application.rindle.receive('media', source, { filename: file, contentType: name })
      expect([name, received.contentType, received.filename]).toEqual([name, contentType, file])
    }
    for (const extension of extensionsOf(contentType)) {
      const filename = `${stem}${extension}`
      const received = await application.rindle.receive('media', source, { filename })
      expect(received.filename).toBe(filename)
      if (extension === own) expect(received.contentType).toBe(contentType)
    }
  })

  it('each is read under the type that it is given', { timeout: 120_000 }, async () => {
    const { rindle } = application
    const ended = await Promise.all(
      FORMATS.map(async (format) => {
        const { file, contentType } = format
        const { id } = await rindle.upload('media', made.get(format) as Buffer, { filename: file })
        const asset = await settled(rindle, id, 100_000)
        const isRead = asset.kind === 'video' ? asset.width === 352 : asset.hasAudioTrack === true
        return [file, asset.state, asset.contentType, isRead, contentType] as const
      }),
    )
    expect(ended).toEqual(ended.map(([file, , , , contentType]) => [file, 'ready', contentType, true, contentType]))
  })

  it('is found behind a tag, of whatever size', { timeout: 60_000 }, async () => {
    const { rindle } = application
    const formats = [
      ['song.flac', 'audio/flac'],
      ['song.aac', 'audio/aac'],
      ['song.mp3', 'audio/mpeg'],
    ] as const
    const cases = [3_000, 300_000, 3_000_000].flatMap((byteSize) =>
      formats.map((format) => [byteSize, ...format] as const),
    )
    const ended = await Promise.all(
      cases.map(async ([byteSize, file]) => {
        const source = Buffer.concat([tag(byteSize), bytesOf(file)])
        const asset = await settled(rindle, (await rindle.upload('media', source, { filename: file })).id, 50_000)
        return [byteSize, asset.filename, asset.contentType, asset.state]
      }),
    )
    expect(ended).toEqual(cases.map((each) => [...each, 'ready']))
  })
})

describe('a container whose beginning does not name its contents', () => {
  it('is WebM or Matroska by its name, where only that is accepted', async () => {
    const { rindle } = application
    for (const [profile, file, filename, contentType] of [
      ['webm', 'film.mkv', 'film.webm', 'video/webm'],
      ['webm', 'song.mka', 'song.weba', 'audio/webm'],
      ['matroska', 'film.webm', 'film.mkv', 'video/x-matroska'],
    ] as const) {
      const asset = await settled(rindle, (await rindle.upload(profile, bytesOf(file), { filename })).id)
      expect([file, asset.state, asset.contentType, asset.filename]).toEqual([file, 'ready', contentType, filename])
    }
  })

  it('is sound when no pictures are in it', async () => {
    const { rindle } = application
    const { id } = await rindle.upload('media', bytesOf('memo.m4a'), { filename: 'memo.mp4' })
    expect(await settled(rindle, id)).toMatchObject({ state: 'ready', kind: 'audio', contentType: 'audio/mp4' })
  })

  it('is refused by a profile of sound when pictures are in it, whatever its name says', async () => {
    const { rindle } = application
    for (const [file, filename] of [
      ['film.mp4', 'song.m4a'],
      ['film.mkv', 'song.mka'],
      ['film.webm', 'memo.weba'],
      ['film.wmv', 'song.wma'],
    ] as const) {
      const { id } = await rindle.upload('sound', bytesOf(file), { filename })
      const asset = await settled(rindle, id)
      expect([file, asset.state, asset.errorReason]).toEqual([file, 'quarantined', 'mime_not_allowed'])
    }
    const { id } = await rindle.upload('sound', bytesOf('song.wma'), { filename: 'song.wma' })
    expect(await settled(rindle, id)).toMatchObject({ state: 'ready', kind: 'audio', contentType: 'audio/x-ms-asf' })
  })
})
