import type { NextConfig } from 'next'

// Left to Node, because they find files beside themselves, and Next must not move them.
const SERVER_PACKAGES = [
  '@rindle/console',
  '@rindle/core',
  '@rindle/http',
  '@rindle/jobs-pgboss',
  '@rindle/processor-av',
  '@rindle/processor-image',
  '@rindle/storage-local',
  '@rindle/storage-s3',
]

/** Also of an entry below a package, as `@rindle/core/adapter`. */
async function leftToNode({ request = '' }: { request?: string }): Promise<string | undefined> {
  const isOurs = SERVER_PACKAGES.some((name) => request === name || request.startsWith(`${name}/`))
  return isOurs ? `commonjs ${request}` : undefined
}

const config: NextConfig = {
  serverExternalPackages: SERVER_PACKAGES,
  // In this repository packages are links out of `node_modules`, which Next takes for the application's own code unless
  // webpack is told otherwise. An application that has them from npm builds with Turbopack, and needs none of this.
  webpack: (webpack: { externals: unknown[] }, { isServer }: { isServer: boolean }) => {
    if (isServer) webpack.externals.push(leftToNode)
    return webpack
  },
  turbopack: {},
  // The images of families that the optimizer may take, in the one width that a page names.
  images: { localPatterns: [{ pathname: '/rindle/images/**', search: '?w=320' }] },
  // `pnpm typecheck` checks the types, with a TypeScript that Next cannot load.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
}

export default config
