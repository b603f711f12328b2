import { signStreamToken } from '../../delivery/streams/stream-token.ts'
import type { StreamRuntime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { NO_ASSET, routeFindings } from './route-findings.ts'

/** Checks that something answers where the URLs of streams lead, with the secret that signs them. */
export function streamFindings({ baseUrl, tokens }: StreamRuntime, signal: AbortSignal): AsyncGenerator<Finding> {
  const token = signStreamToken(tokens, { assetId: NO_ASSET, name: 'doctor', lifetimeSeconds: 0, expiresAt: null })
  return routeFindings(
    {
      option: 'streams',
      path: `/streams/${token}/master.m3u8`,
      verb: 'serveStream',
      things: 'playlists of streams',
      urls: 'the URLs of streams',
      thing: 'a playlist',
      isOurs: (headers) => headers.get('access-control-allow-origin') === '*',
      baseUrl,
    },
    signal,
  )
}
