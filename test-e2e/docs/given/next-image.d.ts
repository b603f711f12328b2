// Next's own compiler finds this module as bundlers do, and that of the pages as Node does.
declare module 'next/image' {
  import type image from 'next/image.js'

  const Image: typeof image.default
  export default Image
}
