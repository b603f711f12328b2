import { signImageToken } from '../../delivery/images/image-token.ts'
import type { ImageRuntime } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { exchange, type SignedAnswer, Unreachable } from './send-signed.ts'

const ID = 'images.route'
// No asset has it: the route says so, if it is there and knows our secret.
const NO_ASSET = '00000000-0000-0000-0000-000000000000'

/** Checks that something answers where the URLs of families lead, with the secret that signs them. */
export async function* imageFindings({ baseUrl, tokens }: ImageRuntime, signal: AbortSignal): AsyncGenerator<Finding> {
  if (baseUrl.startsWith('/') || baseUrl === '') {
    const summary = `the URLs of families are paths, ${baseUrl}/images/…: they work on pages of the application's origin`
    yield { id: ID, status: 'ok', summary }
    return
  }
  const token = signImageToken(tokens, { assetId: NO_ASSET, family: 'doctor', version: '', expiresAt: null })
  try {
    yield routeFinding(await exchange(`${baseUrl}/images/${token}?w=1`, { signal }))
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    yield {
      id: ID,
      status: 'warn',
      summary: `nobody answers at ${error.origin}: ${error.message}`,
      fix: 'Start the application, which answers with rindle.serveImage(), or correct `images.baseUrl`.',
    }
  }
}

/** Judges the answer to a request for an image that does not exist. Pure. */
function routeFinding({ status, headers, body }: SignedAnswer): Finding {
  const code = codeOf(body)
  if (status === 404 && code === 'not_found' && headers.get('vary')?.toLowerCase().includes('accept') === true) {
    return { id: ID, status: 'ok', summary: 'images of families are answered, and the secrets agree' }
  }
  if (code === 'token_invalid') {
    return {
      id: ID,
      status: 'error',
      summary: 'the application at `images.baseUrl` signs with other secrets',
      fix: 'Give it the `images.signingKeys` of this process.',
    }
  }
  return {
    id: ID,
    status: 'error',
    summary: `a request for an image is answered with ${status}, and not by rindle.serveImage()`,
    fix: 'Let the application answer GET and HEAD at `{images.baseUrl}/images/{token}` with rindle.serveImage().',
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
