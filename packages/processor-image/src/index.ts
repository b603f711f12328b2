export { imageProcessor } from './create-image-processor.ts'
export type { ImageProcessorOptions } from './options.ts'
