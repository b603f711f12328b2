import { parseArgs } from 'node:util'

/** Where the Prisma CLI wants to work. */
export interface Datasource {
  readonly url: string
  readonly shadowDatabaseUrl?: string
}

/** What the Prisma CLI passes to its schema engine. */
export interface EngineArguments {
  readonly isVersionAsked: boolean
  /** `can-connect-to-database`, `create-database` or `drop-database`; undefined for a session of requests. */
  readonly command: string | undefined
  readonly datasource: Datasource
  readonly datamodelPaths: readonly string[]
}

export function readEngineArguments(args: string[]): EngineArguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    // Options that newer versions of the CLI add must not stop this one.
    strict: false,
    options: {
      version: { type: 'boolean' },
      datasource: { type: 'string' },
      datamodels: { type: 'string', short: 'd', multiple: true },
      'enabled-preview-features': { type: 'string' },
      'extension-types': { type: 'string' },
    },
  })
  return {
    isVersionAsked: values.version === true,
    command: positionals[0] === 'cli' ? positionals.at(-1) : undefined,
    datasource: parseDatasource(values.datasource),
    datamodelPaths: (values.datamodels ?? []).filter((path) => typeof path === 'string'),
  }
}

function parseDatasource(value: string | boolean | undefined): Datasource {
  if (typeof value !== 'string') return { url: '' }
  return JSON.parse(value) as Datasource
}
