import type { Processor } from '@rindle/core'
import { imageProcessor } from '@rindle/processor-image'

// The processor that somebody writes.
export function ourProcessor(): Processor {
  return imageProcessor()
}
