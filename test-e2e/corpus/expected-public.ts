/**
 * How every image of `public/` must end, with what is right for the person who uploads it. Dimensions are as the
 * picture is displayed.
 */
export const EXPECTED_PUBLIC: Readonly<Record<string, string>> = {
  'apng-ball.apng': 'ready 100 × 100',
  'avif-hdr-p3.avif': 'ready 200 × 200',
  // Coded as 427 × 640, with a turn and a mirror beside it.
  'avif-irot90.avif': 'ready 640 × 427',
  // A film in an image's container.
  'avif-sequence.avif': 'quarantined: unsupported_codec',
  'avif-still.avif': 'ready 2048 × 858',
  'bmp.bmp': 'ready 42 × 21',
  'gif-anim-loop3.gif': 'ready 370 × 285',
  'gif-anim.gif': 'ready 80 × 80',
  'gif-photo-still.gif': 'ready 800 × 533',
  'gif-still.gif': 'ready 1 × 1',
  // No build of sharp from npm decodes HEVC.
  'heic-hevc.heic': 'quarantined: unsupported_codec',
  'heic-mif1.heic': 'quarantined: unsupported_codec',
  'heic-multi.heic': 'quarantined: unsupported_codec',
  'ico.ico': 'ready 64 × 64',
  // A bare codestream, which is kept as .j2c; no sharp from npm decodes it under any name.
  'jp2.jp2': 'quarantined: unsupported_codec',
  // Garbage to every decoder: its data are not those of its tables.
  'jpg-bad-exif.jpg': 'quarantined: corrupt_media',
  'jpg-cmyk-icc.jpg': 'ready 500 × 333',
  'jpg-cmyk-noicc.jpg': 'ready 500 × 333',
  'jpg-corrupt-header.jpg': 'quarantined: corrupt_media',
  'jpg-exif-orient-1.jpg': 'ready 600 × 450',
  'jpg-exif-orient-2.jpg': 'ready 600 × 450',
  'jpg-exif-orient-3.jpg': 'ready 600 × 450',
  'jpg-exif-orient-4.jpg': 'ready 600 × 450',
  'jpg-exif-orient-5.jpg': 'ready 600 × 450',
  'jpg-exif-orient-6.jpg': 'ready 600 × 450',
  'jpg-exif-orient-7.jpg': 'ready 600 × 450',
  'jpg-exif-orient-8.jpg': 'ready 600 × 450',
  'jpg-exif-portrait-6.jpg': 'ready 1200 × 1800',
  'jpg-giant.jpg': 'quarantined: limit_exceeded',
  'jpg-icc-big.jpg': 'ready 425 × 250',
  'jpg-progressive.jpg': 'ready 123 × 456',
  // The header is whole, the pixels end early: known only when they are decoded.
  'jpg-truncated.jpg': 'quarantined: corrupt_media',
  'jpg-ultrahdr-gainmap.jpg': 'ready 3840 × 2160',
  'jxl.jxl': 'quarantined: unsupported_codec',
  'pdf-password.pdf': 'rejected: mime_not_allowed',
  'pdf-report.pdf': 'rejected: mime_not_allowed',
  'png-16bit.png': 'ready 900 × 600',
  'png-65536x65536.png': 'quarantined: limit_exceeded',
  // Bytes are missing right behind the header, so that no chunk after it can be read: not a PNG to any reader.
  'png-corrupt-crc.png': 'rejected: unknown_type',
  'png-display-p3.png': 'ready 8 × 8',
  'png-grey-alpha.png': 'ready 400 × 300',
  'png-interlaced-rgba16.png': 'ready 32 × 32',
  'png-palette-trns.png': 'ready 32 × 32',
  'png-palette.png': 'ready 68 × 68',
  'png-prophoto.png': 'ready 1 × 1',
  // Like the truncated JPEG.
  'png-truncated.png': 'quarantined: corrupt_media',
  'png-xmp-orientation.png': 'ready 326 × 268',
  'psd.psd': 'quarantined: unsupported_codec',
  // A wildcard never includes types that may hold script.
  'svg-plain.svg': 'rejected: mime_not_allowed',
  'svg-with-dtd-image.svg': 'rejected: mime_not_allowed',
  'tiff-11mpx.tif': 'ready 4104 × 2736',
  'tiff-g3-multipage.tif': 'ready 2464 × 3248',
  // Whole, but of a colour space that libvips does not read from this form.
  'tiff-lab.tif': 'quarantined: unsupported_codec',
  'webp-alpha.webp': 'ready 300 × 300',
  'webp-anim-97-frames.webp': 'ready 13 × 169',
  'webp-anim.webp': 'ready 80 × 80',
  'webp-exif-orient-6.webp': 'ready 128 × 128',
  'webp-lossless.webp': 'ready 123 × 456',
  // Kept as its real type, although it is called .jpg.
  'wrongext-jpeg-named.tiff': 'ready 320 × 240',
  'wrongext-json-named.webp': 'rejected: unknown_type',
  'wrongext-spoof.png': 'rejected: unknown_type',
  'wrongext-zip-named.png': 'rejected: mime_not_allowed',
  'zero-byte.png': 'rejected: empty_file',
}

/** The expected end of video and sound in `public/`, in a profile that accepts images. */
export const EXPECTED_AV = 'rejected: mime_not_allowed'

/** Names of video and sound. */
export const AV_FILE: RegExp = /\.(mp4|mov|webm|mkv|3gp|avi|flv|mp3|m4a|ogg|opus|flac|wav)$/
