export { avProcessor } from './create-av-processor.ts'
export type { AvProcessorOptions } from './options.ts'
