import type { NextConfig } from 'next'

const config: NextConfig = {
  // These find files beside themselves, so Next must leave them in node_modules.
  serverExternalPackages: [
    '@rindle/core',
    '@rindle/embedded',
    '@rindle/http',
    '@rindle/jobs-pgboss',
    '@rindle/prisma',
    '@rindle/processor-av',
    '@rindle/processor-image',
    '@rindle/storage-local',
  ],
}

export default config
