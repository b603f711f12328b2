import { createInterface } from 'node:readline'
import { assertConnects, createDatabase } from './databases.ts'
import type { EngineArguments } from './engine-arguments.ts'
import { toKnownError } from './known-error.ts'
import { loadEngine, type SchemaEngine } from './load-engine.ts'
import { panicOr } from './report-panics.ts'

interface Request {
  readonly id: number
  readonly method: string
  readonly params: Record<string, unknown>
}

/** Above every id that the CLI gives to its own requests. */
const FIRST_PRINT_ID = 1_000_000

/** Answers JSON-RPC requests on stdin, one a line and one after the other, until stdin ends. */
export async function serveRequests(engineArguments: EngineArguments): Promise<void> {
  let engine: Promise<SchemaEngine> | undefined
  const getEngine = () => {
    engine ??= loadEngine(engineArguments)
    return engine
  }
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = parseRequest(line)
    if (request === undefined) continue
    try {
      send({ id: request.id, result: await answer(request, engineArguments.datasource.url, getEngine) })
    } catch (error) {
      send({ id: request.id, error: toRpcError(error, engineArguments.datasource.url) })
    }
  }
}

/** Undefined for what is no request, such as the CLI's answers to `print`. */
function parseRequest(line: string): Request | undefined {
  const message: unknown = JSON.parse(line)
  return isRequest(message) ? message : undefined
}

function isRequest(message: unknown): message is Request {
  return typeof message === 'object' && message !== null && 'method' in message && 'id' in message
}

async function answer(
  { method, params }: Request,
  url: string,
  getEngine: () => Promise<SchemaEngine>,
): Promise<unknown> {
  switch (method) {
    case 'createDatabase':
      return createDatabase(url)
    case 'ensureConnectionValidity':
      await assertConnects(url)
      return {}
    case 'getDatabaseVersion':
      return (await getEngine()).version()
    case 'diff':
      return printDiff(await call(await getEngine(), method, params))
    case 'evaluateDataLoss':
    case 'createMigration':
      return callWithShadowDatabase(await getEngine(), method, params)
    default:
      return (await call(await getEngine(), method, params)) ?? {}
  }
}

/** These two never open the shadow database; they find its schema in a cache that a diagnosis fills. */
async function callWithShadowDatabase(
  engine: SchemaEngine,
  method: string,
  params: Request['params'],
): Promise<unknown> {
  const { migrationsList, filters } = params
  await call(engine, 'diagnoseMigrationHistory', { migrationsList, filters, optInToShadowDatabase: true })
  return call(engine, method, params)
}

async function call(engine: SchemaEngine, method: string, params: Request['params']): Promise<unknown> {
  const implementation: unknown = Reflect.get(engine, method)
  if (typeof implementation !== 'function') throw new Error(`The schema engine has no method ${method}.`)
  return implementation.call(engine, params)
}

/** The native engine prints a diff through the CLI and leaves it out of its answer. */
function printDiff(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('stdout' in result)) return result
  if (typeof result.stdout === 'string') {
    send({ id: FIRST_PRINT_ID, method: 'print', params: { content: result.stdout } })
  }
  return { ...result, stdout: null }
}

function toRpcError(error: unknown, url: string): object {
  const known = toKnownError(error, url)
  return {
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: { is_panic: false, meta: null, ...known, message: panicOr(known.message) },
  }
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}
