export { imageProcessor } from './create-image-processor.ts'
export type {
  DecodedImage,
  DecoderRefusal,
  ImageDecodeOptions,
  ImageDecoder,
  ImageDecoderModule,
  ImageHeader,
} from './image-decoder.ts'
export type { ImageTransform, TransformContext } from './image-transform.ts'
export type { ImageProcessorOptions } from './options.ts'
