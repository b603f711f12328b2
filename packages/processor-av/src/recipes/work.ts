import type { KindFacts } from '@rindle/core/adapter'

/** The package that makes the recipes. */
export const AV_PACKAGE = '@rindle/processor-av'

/** Work that reads the whole source: one pass makes all video and sound of an asset. */
export const ENCODE: Pick<KindFacts, 'queue' | 'workClass'> = { queue: 'media', workClass: 'encode' }

/** Work that is done long before an encoder finishes, so that a page has a picture early. */
export const PREVIEW: Pick<KindFacts, 'queue' | 'workClass'> = { queue: 'media', workClass: 'preview' }
