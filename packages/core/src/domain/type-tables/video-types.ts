import type { TypeRow } from './type-row.ts'

/** Films. */
export const VIDEO_TYPES: readonly TypeRow[] = [
  [
    'video/mp4',
    '.mp4 .m4v .mp4v .mpg4 .mp4s .f4v .f4p',
    'application/mp4 video/m4v video/x-m4v video/x-mp4 video/mp4v-es video/f4v video/x-f4v',
  ],
  ['video/quicktime', '.mov .qt .moov .qtvr', 'video/mov video/x-quicktime image/mov application/quicktime'],
  ['video/3gpp', '.3gp .3gpp', 'video/3gp video/x-3gpp video/3gpp-encrypted'],
  ['video/3gpp2', '.3g2 .3gp2 .3gpp2', 'video/3g2'],
  ['video/mj2', '.mj2 .mjp2', 'image/mj2'],
  ['video/webm', '.webm', 'video/x-webm'],
  [
    'video/x-matroska',
    '.mkv .mk3d .mks',
    'video/matroska video/matroska-3d video/x-matroska-3d video/mkv video/x-mkv application/x-matroska',
  ],
  [
    'video/x-msvideo',
    '.avi .divx .avf',
    'video/avi video/x-avi video/vnd.avi video/msvideo video/divx video/vnd.divx video/xvid application/x-troff-msvideo',
  ],
  ['video/x-flv', '.flv', 'video/flv application/x-flash-video flv-application/octet-stream'],
  [
    'video/mpeg',
    '.mpg .mpeg .mpe .m1v .m2v .m2p .mpv .mpv2 .vob .evo .mod',
    'video/mp1s video/mp2p video/mpg video/x-mpg video/x-mpeg video/mpeg2 video/x-mpeg2 video/mpeg-system ' +
      'video/x-mpeg-system video/dvd video/vob video/x-ms-vob',
  ],
  [
    'video/mp2t',
    '.ts .mts .m2ts .m2t .tts .tp .trp .tod',
    'video/vnd.dlna.mpeg-tts video/vnd.iptvforum.ttsmpeg2 video/mp2ts video/m2ts video/x-m2ts video/mts video/mpegts ' +
      'video/x-mpegts video/mpeg-ts video/x-mpeg-ts video/avchd-stream',
  ],
  [
    'video/x-ms-asf',
    '.asf .wmv .wm .dvr-ms',
    'application/vnd.ms-asf video/asf video/x-ms-asf-plugin video/x-ms-wmv video/x-ms-wm video/wmv video/x-ms-dvr',
  ],
  ['video/ogg', '.ogv .ogm', 'video/x-ogg video/theora video/x-theora video/x-theora+ogg video/x-ogm video/x-ogm+ogg'],
]
