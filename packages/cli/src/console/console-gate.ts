import { randomBytes } from 'node:crypto'
import { rindleConsole } from '@rindle/console'
import type { Rindle } from '@rindle/core'
import { equalsInConstantTime } from '@rindle/core/adapter'

/** Options of {@link consoleGate}. */
export interface ConsoleGateOptions {
  /** The base URL of the server, without a slash at its end. */
  readonly url: string
  /** Whether its verbs may be called; otherwise it only shows. */
  readonly mayChange: boolean
  /** The name of the installation. */
  readonly title: string
  /** The name of the person at the terminal, for the operator log. */
  readonly actorId: string
  /** The page that the link leads to, below the console. */
  readonly page: string
}

/** The console behind a link that works once. */
export interface ConsoleGate {
  /** The address for the browser. */
  readonly link: string
  /** Answers for the link and for the console; `undefined`: the request is for something else. */
  readonly answer: (request: Request) => Promise<Response> | Response | undefined
}

const BASE_PATH = '/console'
const OPENING = '/open/'

/**
 * Puts the console of an instance behind a link that opens it once, in one browser, which then has a cookie. Answers
 * only under the address of the server, so that a page of another site cannot reach it through a name of its own.
 */
export function consoleGate(rindle: Rindle, options: ConsoleGateOptions): ConsoleGate {
  const { host } = new URL(options.url)
  const cookie = `rindle_console_${host.split(':')[1] ?? ''}`
  const session = randomBytes(32).toString('base64url')
  let ticket: string | null = randomBytes(9).toString('base64url')
  const link = `${options.url}${OPENING}${ticket}`
  const console = rindleConsole(rindle, {
    basePath: BASE_PATH,
    title: options.title,
    actor: (request) => (cookieOf(request, cookie) === session ? { id: options.actorId } : null),
    can: () => options.mayChange,
  })
  const open = (given: string): Response => {
    if (ticket === null || !equalsInConstantTime(given, ticket)) return refusal()
    ticket = null
    const headers = new Headers({ location: `${BASE_PATH}${options.page}`, 'referrer-policy': 'no-referrer' })
    headers.set('set-cookie', `${cookie}=${session}; Path=/; HttpOnly; SameSite=Strict`)
    return new Response(null, { status: 303, headers })
  }
  return {
    link,
    answer: (request) => {
      const { pathname } = new URL(request.url)
      const isOpening = pathname.startsWith(OPENING)
      if (!isOpening && pathname !== BASE_PATH && !pathname.startsWith(`${BASE_PATH}/`)) return undefined
      if ((request.headers.get('host') ?? host) !== host) return refusal()
      if (!isOpening) return console(request)
      return request.method === 'GET' ? open(pathname.slice(OPENING.length)) : refusal()
    },
  }
}

function refusal(): Response {
  const text = 'This link was already used, or its console has stopped. Start the console again for a new link.\n'
  return new Response(text, { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

function cookieOf(request: Request, name: string): string | undefined {
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((part) => part.trim())
  return cookies.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
}
