export { type Audio, audio } from './audio.ts'
export {
  AUDIO_CODECS,
  type AudioCodec,
  type AudioOptions,
  audioKind,
  type NormalAudio,
  type SoundOptions,
} from './audio-kind.ts'
export { type NoOptions, poster, strip, waveform } from './preview-kinds.ts'
export { type Video, video } from './video.ts'
export { type NormalVideo, VIDEO_HEIGHTS, type VideoHeight, type VideoOptions, videoKind } from './video-kind.ts'
