export type { ApplicationFile, EffectOptions, OverlayOptions, OverlayPlace, TransformFile } from './effect-options.ts'
export type { EncodeOptions } from './encode-options.ts'
export { IMAGE_FORMATS, type ImageFormat, type OutputFormat } from './formats.ts'
export { type Image, image } from './image.ts'
export { imageKind } from './image-kind.ts'
export type {
  BoxByHeight,
  BoxByWidth,
  BoxOptions,
  Crop,
  CropOptions,
  CropPosition,
  ImageMode,
  ImageOptions,
  NormalImage,
  NormalOverlay,
  NormalTransform,
  PictureOptions,
  TransformOptions,
} from './image-options.ts'
export type { ResponsiveFormat, ResponsiveOptions } from './responsive.ts'
