/**
 * Serves every public package as it would be published, until Ctrl-C, and prints how an application installs from it.
 * Needs a build. Run by `pnpm registry`.
 *
 * Usage: node registry.ts [port]
 */
import { once } from 'node:events'
import { servePackages } from '../support/package-registry.ts'
import { OWN_SCOPE, releaseScope } from './release-scope.ts'

const given = process.argv.slice(2).find((word) => word !== '--') ?? '4873'
const port = Number(given)
if (!/^\d+$/.test(given) || port > 65_535) throw new Error(`"${given}" is no port. Usage: pnpm registry [port]`)

const scope = releaseScope(process.env)
// npm's cache knows a file by its URL: a new start must not give yesterday's build.
await using registry = await servePackages({ scope, port, root: `/${Date.now().toString(36)}/` })
console.log(`The packages of this checkout, until Ctrl-C. In another terminal, type one line, for npm and npx or for pnpm:

  export npm_config_registry=${registry.address}
  export pnpm_config_registry=${registry.address}

Then every install line of the documentation works there as it stands, and so does

  npm create ${scope === OWN_SCOPE ? 'rindle' : `${scope}/rindle`}

To keep the setting in one application, type this in its directory instead:

  npm config set --location=project ${scope}:registry=${registry.address}`)

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
