/**
 * A decoder for content types that sharp cannot read, for `decoders` of `imageProcessor`. It is plain data: the code is
 * a module, which is loaded inside the decoder processes only, and there in a thread of its own. So a decoder may block,
 * crash or grow: the process around it still sees its memory and can be ended.
 */
export interface ImageDecoder {
  /** "heic": small letters, digits and dashes; unique within a processor. */
  readonly name: string
  /** The canonical content types that it decodes. Of several decoders for one type, the first is used. */
  readonly contentTypes: readonly string[]
  /**
   * The URL of a file whose exports are an {@link ImageDecoderModule}. It runs in Node without a loader, so it imports
   * only packages that are installed, and files beside it.
   */
  readonly module: URL
}

/** The exports of the module of an {@link ImageDecoder}. Calls come one at a time. */
export interface ImageDecoderModule {
  /** Name and version of the library, for the doctor: "libheif 1.23.2". */
  readonly version: string
  /**
   * Reads the header of a file, and no pixels. `null`: the bytes are not for this decoder, and sharp reads them.
   * Returns a verdict about the bytes; throws only if the decoder itself fails, which fails no file for good.
   */
  readHeader(bytes: Uint8Array): ImageHeader | DecoderRefusal | null | Promise<ImageHeader | DecoderRefusal | null>
  /**
   * Decodes the picture of a header that {@link readHeader} returned. Frees what it took before it returns. Verdicts and
   * errors are those of `readHeader`.
   */
  decode(
    bytes: Uint8Array,
    options: ImageDecodeOptions,
  ): DecodedImage | DecoderRefusal | Promise<DecodedImage | DecoderRefusal>
  /**
   * Bytes that the decoder holds between two calls. A WebAssembly memory never shrinks: a thread that holds more than
   * 128 MiB is ended after its call, and the next call gets a new one.
   */
  heldBytes(): number
}

/** Options of `decode` of an {@link ImageDecoderModule}. */
export interface ImageDecodeOptions {
  /** `maxPixels` of the profile: the most pixels that any part of the file may have. */
  readonly maxPixels: number
}

/** The header of a picture that a decoder of its own reads. */
export interface ImageHeader {
  /** Pixels, as displayed: turned, mirrored and cropped as the file says. */
  readonly width: number
  /** Pixels, as displayed. */
  readonly height: number
  /** Pixels that have to be decoded: more than are displayed if the file crops them. They are what limits count. */
  readonly decodedPixels: number
  /** Grey, grey with alpha, colours, colours with alpha. */
  readonly channels: 1 | 2 | 3 | 4
  /** Bits of each sample, 8 to 16. */
  readonly bits: number
  /** The ICC profile, for the colour space of the channels; it comes before the numbers. `null`: none. */
  readonly icc: Uint8Array | null
  /** The colour space by numbers of ITU-T H.273 ("CICP", "nclx"); `null`: not named. */
  readonly cicp: { readonly primaries: number; readonly transfer: number } | null
}

/** The pixels of a picture: rows without padding, orientation applied, alpha not multiplied into the colours. */
export interface DecodedImage extends Pick<ImageHeader, 'width' | 'height' | 'channels' | 'icc'> {
  /** One value a sample. More than 8 bits are 16, shifted up: the largest of 10 bits is 1023 × 64. */
  readonly samples: Uint8Array | Uint16Array
}

/** A verdict of a decoder about the bytes of a file. */
export interface DecoderRefusal {
  readonly refused: 'unsupported_codec' | 'corrupt_media' | 'limit_exceeded'
  /**
   * A sentence for the file's owner, which names no path. For `unsupported_codec` a noun phrase: "a HEIC of moving
   * pictures", to which the advice is added.
   */
  readonly message: string
}
