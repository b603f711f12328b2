/** An error in the form that the Prisma CLI shows to its user. */
export interface KnownError {
  readonly error_code?: string
  readonly message: string
  readonly meta?: unknown
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNRESET'])
const DENIED = new Set(['28P01', '28000'])
const PRISMA_CODE = /^P\d{4}$/

/** Maps what the engine or the driver throws to Prisma's codes. The CLI decides by them, so P1003 must be P1003. */
export function toKnownError(error: unknown, url: string): KnownError {
  const { code, message, meta } = readError(error)
  const server = URL.parse(url)
  if (PRISMA_CODE.test(code)) return { error_code: code, message, meta }
  if (code === '3D000')
    return { error_code: 'P1003', message: `Database \`${server?.pathname.slice(1)}\` does not exist` }
  if (UNREACHABLE.has(code))
    return { error_code: 'P1001', message: `Can't reach database server at \`${server?.host}\`` }
  if (DENIED.has(code)) return { error_code: 'P1000', message: 'Authentication failed against the database server' }
  return code === '' ? { message } : { error_code: code, message }
}

function readError(error: unknown): { code: string; message: string; meta: unknown } {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error), meta: null }
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    message: 'message' in error && typeof error.message === 'string' ? error.message : 'Unknown error',
    meta: 'meta' in error ? error.meta : null,
  }
}
