import type { TypeRow } from './type-row.ts'

/** Sound. `audio/opus` and `audio/vorbis` are RTP types; a file of them is Ogg. */
export const AUDIO_TYPES: readonly TypeRow[] = [
  [
    'audio/mpeg',
    '.mp3 .mp2 .mp1 .mpga .mpa .mp2a .m2a .m3a',
    'audio/mp3 audio/x-mp3 audio/mpeg3 audio/x-mpeg-3 audio/mpg audio/x-mpg audio/x-mpeg audio/mp2 audio/x-mp2 ' +
      'audio/mpa audio/mpa-robust',
  ],
  [
    'audio/mp4',
    '.m4a .m4b .m4r .m4p .mp4a .f4a .f4b',
    'audio/m4a audio/x-m4a audio/m4b audio/x-m4b audio/m4p audio/x-m4p audio/m4r audio/x-m4r audio/x-mp4 audio/mp4a-latm',
  ],
  [
    'audio/3gpp',
    '.3ga',
    'audio/3gp audio/x-3gpp audio/3gpp-encrypted audio/x-rn-3gpp-amr audio/x-rn-3gpp-amr-encrypted ' +
      'audio/x-rn-3gpp-amr-wb audio/x-rn-3gpp-amr-wb-encrypted',
  ],
  ['audio/3gpp2', '.3g2', 'audio/3g2'],
  ['audio/webm', '.weba', 'audio/x-webm'],
  ['audio/x-matroska', '.mka', 'audio/matroska audio/mka audio/x-mka'],
  ['audio/x-ms-asf', '.wma', 'audio/asf audio/x-ms-wma audio/wma audio/x-wma'],
  [
    'audio/ogg',
    '.ogg .oga .opus .spx',
    'audio/x-ogg audio/opus audio/x-opus audio/x-opus+ogg audio/vorbis audio/x-vorbis audio/x-vorbis+ogg audio/speex ' +
      'audio/x-speex audio/x-speex+ogg audio/x-oggflac audio/x-flac+ogg',
  ],
  ['audio/wav', '.wav .wave .bwf .rf64', 'audio/wave audio/x-wav audio/x-wave audio/x-pn-wav audio/vnd.wave audio/bwf'],
  ['audio/x-w64', '.w64', 'audio/w64'],
  ['audio/flac', '.flac .fla', 'audio/x-flac application/flac application/x-flac'],
  [
    'audio/aac',
    '.aac .adts',
    'audio/x-aac audio/aacp audio/adts audio/aac-adts audio/vnd.dlna.adts audio/x-hx-aac-adts',
  ],
  ['audio/aiff', '.aiff .aif .aifc .aiffc', 'audio/x-aiff audio/aif audio/aifc audio/x-aifc audio/x-aiffc sound/aiff'],
  ['audio/basic', '.au .snd', 'audio/au audio/x-au audio/snd audio/x-basic'],
  ['audio/x-caf', '.caf', 'audio/caf'],
  ['audio/amr', '.amr .awb', 'audio/x-amr audio/amr-encrypted audio/amr-wb audio/amr-wb-encrypted'],
  ['audio/ac3', '.ac3 .a52', 'audio/x-ac3 audio/ac-3 audio/a52 audio/x-a52 audio/vnd.dolby.dd-raw'],
  ['audio/eac3', '.eac3 .ec3', 'audio/x-eac3 audio/ec3 audio/x-ec3 audio/e-ac3 audio/e-ac-3'],
  ['audio/ape', '.ape', 'audio/x-ape audio/monkeys-audio audio/x-monkeys-audio application/x-ape'],
  ['audio/wavpack', '.wv .wvp', 'audio/x-wavpack audio/x-wv'],
  ['audio/x-musepack', '.mpc .mpp .mp+', 'audio/musepack audio/mpc audio/x-mpc'],
  ['audio/x-dsf', '.dsf', 'audio/dsf audio/dsd audio/x-dsd'],
  ['audio/x-dff', '.dff', 'audio/dff'],
  ['audio/midi', '.mid .midi .kar .rmi .smf', 'audio/mid audio/x-midi audio/x-mid audio/sp-midi application/x-midi'],
  ['audio/qcelp', '.qcp', 'audio/vnd.qcelp audio/evrc-qcp audio/qcp'],
  ['audio/x-voc', '.voc', 'audio/voc'],
  ['audio/x-it', '.it', 'audio/it'],
  ['audio/x-s3m', '.s3m', 'audio/s3m'],
  ['audio/x-xm', '.xm', 'audio/xm'],
]
