export { IMAGE_FORMATS, type ImageFormat } from './formats.ts'
export { type Image, image } from './image.ts'
export { imageKind } from './image-kind.ts'
export type {
  BoxByHeight,
  BoxByWidth,
  Crop,
  CropOptions,
  CropPosition,
  EncodeOptions,
  ImageMode,
  ImageOptions,
  NormalImage,
} from './image-options.ts'
