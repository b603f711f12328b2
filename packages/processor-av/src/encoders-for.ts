/** The encoders that each capability needs in a build of FFmpeg. */
export const ENCODERS_FOR: Readonly<Record<string, readonly string[]>> = {
  'av-image/video_poster_scene': ['mjpeg'],
  'av-image/video_thumbnail_strip': ['mjpeg'],
  'video/web_720p': ['libx264', 'aac'],
  'video/web_480p': ['libx264', 'aac'],
  'audio/m4a_128k': ['aac'],
  'audio/mp3_128k': ['libmp3lame'],
  'waveform/overview': ['pcm_s16le'],
}
