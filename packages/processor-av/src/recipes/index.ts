export { type Audio, audio } from './audio.ts'
export { AUDIO_CODECS, type AudioCodec, SAMPLE_RATES, type SampleRate } from './audio-formats.ts'
export {
  type AudioOptions,
  audioKind,
  type FlacOptions,
  type NormalAudio,
  type OpusOptions,
  type SoundOptions,
} from './audio-kind.ts'
export type { Clip, NormalClip } from './clip.ts'
export type { Moment } from './moment.ts'
export { type NormalPoster, POSTER_FORMATS, type PosterFormat, type PosterOptions, poster } from './poster-kind.ts'
export {
  type NormalPreview,
  type NormalPreviewPicture,
  PREVIEW_PICTURES,
  type PreviewOptions,
  type PreviewPicture,
  type PreviewPictureOptions,
  type PreviewVideoOptions,
  previewPictureKind,
  previewVideoKind,
} from './preview-kinds.ts'
export { stream } from './stream.ts'
export { streamSoundKind, streamVideoKind } from './stream-kinds.ts'
export type { NormalStreamSound, NormalStreamVideo, StreamOptions } from './stream-options.ts'
export { type NormalStrip, type StripOptions, strip } from './strip-kind.ts'
export { type PreviewFactory, type Video, video } from './video.ts'
export { VIDEO_CODECS, VIDEO_CONTAINERS, type VideoCodec, type VideoContainer } from './video-formats.ts'
export { type VideoKindOptions, videoKind } from './video-kind.ts'
export type {
  NormalVideo,
  NormalVideoSound,
  VideoOptions,
  VideoSoundOptions,
  WebmOptions,
} from './video-options.ts'
export { type WaveformFactory, type WaveformJsonOptions, waveform } from './waveform.ts'
export {
  type NormalWaveform,
  type NormalWaveformPicture,
  WAVEFORM_PICTURES,
  type WaveformOptions,
  type WaveformPicture,
  type WaveformPictureOptions,
  waveformKind,
  waveformPictureKind,
} from './waveform-kinds.ts'
