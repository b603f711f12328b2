/** The encoders that each capability needs in a build of FFmpeg. */
export const ENCODERS_FOR: Readonly<Record<string, readonly string[]>> = {
  'poster/jpeg': ['mjpeg'],
  'strip/jpeg': ['mjpeg'],
  'video/h264': ['libx264', 'aac'],
  'audio/aac': ['aac'],
  'audio/mp3': ['libmp3lame'],
  'waveform/json': ['pcm_s16le'],
}
