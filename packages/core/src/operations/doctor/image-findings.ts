import { signImageToken } from '../../delivery/images/image-token.ts'
import type { ImageRuntime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { NO_ASSET, routeFindings } from './route-findings.ts'

/** Checks that something answers where the URLs of families lead, with the secret that signs them. */
export function imageFindings({ baseUrl, tokens }: ImageRuntime, signal: AbortSignal): AsyncGenerator<Finding> {
  const token = signImageToken(tokens, { assetId: NO_ASSET, family: 'doctor', version: '', expiresAt: null })
  return routeFindings(
    {
      option: 'images',
      path: `/images/${token}?w=1`,
      verb: 'serveImage',
      things: 'images of families',
      urls: 'the URLs of families',
      thing: 'an image',
      isOurs: (headers) => headers.get('vary')?.toLowerCase().includes('accept') === true,
      baseUrl,
    },
    signal,
  )
}
