import type { Finding } from '../../ports/diagnosis.ts'
import type { SignedRequest } from '../../ports/storage.ts'
import { exchange, type SignedAnswer } from './send-signed.ts'

/** Stands for any origin: no rule names it. */
const ANY_ORIGIN = 'https://any-origin.invalid'
/** Headers that a browser sets itself, or that need no permission. */
const WITHOUT_PERMISSION = new Set(['content-length', 'host'])

/**
 * Sends the store the preflight of a browser on a page of another origin.
 *
 * @param origin the origin of the pages; without one, any origin
 * @param purpose the finding's id, and what the pages do with the request
 */
export async function preflightFinding(
  request: SignedRequest,
  origin: string | undefined,
  { id, verb }: { readonly id: string; readonly verb: string },
  signal: AbortSignal,
): Promise<Finding> {
  const wanted = Object.keys(request.headers)
    .map((name) => name.toLowerCase())
    .filter((name) => !WITHOUT_PERMISSION.has(name))
    .toSorted()
  const answer = await exchange(request.url, {
    method: 'OPTIONS',
    headers: {
      origin: origin ?? ANY_ORIGIN,
      'access-control-request-method': request.method,
      'access-control-request-headers': wanted.join(','),
    },
    signal,
  })
  const refusal = preflightProblem(answer, { origin: origin ?? ANY_ORIGIN, method: request.method, headers: wanted })
  if (refusal === undefined) {
    return { id, status: 'ok', summary: `pages of ${origin ?? 'any origin'} may ${verb}` }
  }
  const fix = `Allow ${request.method} with the headers ${wanted.join(', ')} (or *) from this origin in the bucket's CORS rules.`
  if (origin !== undefined) {
    return { id, status: 'error', summary: `pages of ${origin} may not ${verb}: ${refusal}`, fix }
  }
  return {
    id,
    status: 'warn',
    summary: `pages of some origins may not ${verb}: ${refusal}`,
    fix: `Pass the origin of your pages (--origin) to check it. ${fix}`,
  }
}

/** The reason for which a browser would stop, or `undefined`. Pure. */
export function preflightProblem(
  { status, headers }: Pick<SignedAnswer, 'status' | 'headers'>,
  wanted: { readonly origin: string; readonly method: string; readonly headers: readonly string[] },
): string | undefined {
  if (status < 200 || status > 299) return `the preflight is answered with ${status}`
  const allowed = headers.get('access-control-allow-origin')
  if (allowed !== '*' && allowed !== wanted.origin) return 'the origin is not allowed'
  const methods = listOf(headers.get('access-control-allow-methods'))
  if (!methods.has('*') && !methods.has(wanted.method.toLowerCase())) return `${wanted.method} is not allowed`
  const names = listOf(headers.get('access-control-allow-headers'))
  const missing = names.has('*') ? [] : wanted.headers.filter((name) => !names.has(name))
  return missing.length === 0 ? undefined : `headers are not allowed: ${missing.join(', ')}`
}

function listOf(header: string | null): ReadonlySet<string> {
  return new Set((header ?? '').split(',').map((part) => part.trim().toLowerCase()))
}
