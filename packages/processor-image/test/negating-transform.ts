import type { ImageTransform } from '../src/index.ts'

const negate: ImageTransform = (picture) => picture.negate()

export default negate
