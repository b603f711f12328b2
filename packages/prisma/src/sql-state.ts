/** No class begins with E; socket errors (`EPIPE`) do. */
const SQL_STATE = /^(?!E)[0-9A-Z]{5}$/

/**
 * The SQLSTATE (`'23505'`, `'40001'`…) of an error of an executor, from any library: `pg`, Prisma, or one that keeps
 * the driver's error as its `cause`. Undefined if the error is not PostgreSQL's.
 */
export function sqlStateOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 5 && isObject(current); depth += 1) {
    const state = ownSqlState(current)
    if (state !== undefined) return state
    current = innerError(current)
  }
  return undefined
}

function ownSqlState(error: Record<string, unknown>): string | undefined {
  const code = error.originalCode ?? (isPrismaError(error) ? undefined : error.code)
  return typeof code === 'string' && SQL_STATE.test(code) ? code : undefined
}

function innerError(error: Record<string, unknown>): unknown {
  return isObject(error.meta) ? (error.meta.driverAdapterError ?? error.cause) : error.cause
}

/** Prisma's own codes (`P2010`) look like a SQLSTATE; so do PL/pgSQL's (`P0001`), which are real ones. */
function isPrismaError(error: Record<string, unknown>): boolean {
  return typeof error.clientVersion === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
