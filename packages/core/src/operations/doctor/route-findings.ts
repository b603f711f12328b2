import type { Finding } from '../../ports/diagnosis.ts'
import { exchange, type SignedAnswer, Unreachable } from './send-signed.ts'

/** No asset has it: a route says so, if it is there and knows our secret. */
export const NO_ASSET = '00000000-0000-0000-0000-000000000000'

/** A route of the application that answers with a verb of Rindle. */
export interface AnsweringRoute {
  /** The option of `createRindle` that names it. */
  readonly option: 'images' | 'streams'
  readonly baseUrl: string
  /** Below the base URL: the signed path of a thing that does not exist. */
  readonly path: string
  readonly verb: string
  /** For messages: "an image", "images of families", "the URLs of families". */
  readonly thing: string
  readonly things: string
  readonly urls: string
  /** Whether the verb made these headers: another part of the application may answer with 404, too. */
  readonly isOurs: (headers: SignedAnswer['headers']) => boolean
}

/** Checks that something answers at a route, with the secret that signs its URLs. */
export async function* routeFindings(route: AnsweringRoute, signal: AbortSignal): AsyncGenerator<Finding> {
  const { option, baseUrl, path, urls, verb } = route
  const id = `${option}.route`
  if (baseUrl.startsWith('/') || baseUrl === '') {
    const summary = `${urls} are paths, ${baseUrl}/${option}/…, which work only on pages of the application's origin`
    yield { id, status: 'ok', summary }
    return
  }
  try {
    yield routeFinding(route, await exchange(`${baseUrl}${path}`, { signal }))
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    yield {
      id,
      status: 'warn',
      summary: `no server answers at ${error.origin}: ${error.message}`,
      fix: `Start the application, which answers with rindle.${verb}(), or correct \`${option}.baseUrl\`.`,
    }
  }
}

/** Judges the answer to a request for a thing that does not exist. Pure. */
function routeFinding(route: AnsweringRoute, { status, headers, body }: SignedAnswer): Finding {
  const { option, verb, thing, things, isOurs } = route
  const id = `${option}.route`
  const code = codeOf(body)
  if (status === 404 && code === 'not_found' && isOurs(headers)) {
    return { id, status: 'ok', summary: `${things} are answered, and the secrets agree` }
  }
  if (code === 'token_invalid') {
    return {
      id,
      status: 'error',
      summary: `the application at \`${option}.baseUrl\` signs with other secrets`,
      fix: `Configure the same \`${option}.signingKeys\` there as in this process.`,
    }
  }
  const path = option === 'streams' ? 'streams/{token}/{file}' : 'images/{token}'
  return {
    id,
    status: 'error',
    summary: `a request for ${thing} is answered with ${status}, and not by rindle.${verb}()`,
    fix: `Make the application answer GET and HEAD at \`{${option}.baseUrl}/${path}\` with rindle.${verb}().`,
  }
}

function codeOf(body: Buffer): unknown {
  try {
    const problem: unknown = JSON.parse(body.toString())
    return typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined
  } catch {
    // Another server answers in its own way.
    return undefined
  }
}
