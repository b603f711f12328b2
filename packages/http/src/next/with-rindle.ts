/** The part of a Next configuration that {@link withRindle} adds to. */
interface ExternalPackages {
  readonly serverExternalPackages?: string[]
}

// All that a server may import. Packages that are not installed do no harm here.
const SERVER_PACKAGES: readonly string[] = [
  '@rindle/console',
  '@rindle/core',
  '@rindle/decoder-heic',
  '@rindle/delivery-cdn',
  '@rindle/embedded',
  '@rindle/http',
  '@rindle/jobs-pgboss',
  '@rindle/opentelemetry',
  '@rindle/prisma',
  '@rindle/processor-av',
  '@rindle/processor-image',
  '@rindle/processor-pdf',
  '@rindle/storage-azure',
  '@rindle/storage-local',
  '@rindle/storage-s3',
  '@rindle/testing',
  '@rindle/tus',
]

/**
 * The same configuration of Next, with the packages of Rindle in its `serverExternalPackages`: they find files beside
 * themselves, so Next must not bundle them. `export default withRindle(nextConfig)` in `next.config.ts`. Pure.
 */
export function withRindle<C extends object>(config: C): C & { serverExternalPackages: string[] } {
  const { serverExternalPackages = [] }: ExternalPackages = config
  return { ...config, serverExternalPackages: [...new Set([...serverExternalPackages, ...SERVER_PACKAGES])] }
}
