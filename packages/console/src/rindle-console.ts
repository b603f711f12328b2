import { isRindleError, type Profiles, type Rindle } from '@rindle/core'
import { codeOf, errorText, httpStatusOf, matchRoute, type Route, routesOf } from '@rindle/core/adapter'
import type { Call, Handle } from './call.ts'
import { browserSecret, secretCookie, tokenOf } from './forgery.ts'
import { numbersOf } from './numbers.ts'
import { anyRindle, type ConsoleConfig, type ConsoleOptions, parseOptions } from './options.ts'
import { failurePage } from './pages/failure.ts'
import { PAGES } from './pages.ts'
import { ASSETS } from './parts/assets.ts'
import type { LayoutCall } from './parts/layout.ts'
import { Refused } from './refused.ts'
import { respondPage, SECURITY_HEADERS } from './respond.ts'
import { VERBS } from './verbs.ts'

/** Answers requests at and below its base path; never rejects. */
export interface RindleConsole {
  (request: Request): Promise<Response>
  /** Has no slash at its end; empty at the root. */
  readonly basePath: string
}

const ROUTES: readonly Route<Handle>[] = routesOf({ ...PAGES, ...VERBS })
const FILE = /^\/files\/([\w.]+)$/

/**
 * A console for operators: pages that show the state of the installation, and verbs that repair it, as one Fetch
 * handler to mount behind your own sign-in. Throws `config_invalid`, which lists every problem of the options. Does no
 * I/O with database or storages before the first request.
 */
export function rindleConsole<A, const Ps extends Profiles>(
  rindle: Rindle<Ps>,
  options: ConsoleOptions<A>,
): RindleConsole {
  const config = parseOptions(options)
  const served = anyRindle(rindle)
  const handle = async (request: Request): Promise<Response> => {
    try {
      return await answer(served, config, request)
    } catch (error) {
      return refuse(config, request, error)
    }
  }
  return Object.assign(handle, { basePath: config.basePath })
}

async function answer(rindle: Rindle, config: ConsoleConfig, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const path = pathBelow(config.basePath, url.pathname)
  const file = FILE.exec(path)?.[1]
  if (file !== undefined) return consoleFile(file)
  const actor = await config.actor(request)
  if (actor === null || actor === undefined) throw new Refused(401, 'Nobody is signed in.')
  const match = matchRoute(ROUTES, request.method === 'HEAD' ? 'GET' : request.method, path)
  if (match.found === 'nothing') throw new Refused(404, 'There is no such page.')
  if (match.found === 'path') throw new Refused(405, `This address accepts only ${match.allow}.`)
  const actorId = config.actorId(actor)
  const { secret, isNew } = browserSecret(request)
  const call: Call = {
    rindle,
    config,
    request,
    query: url.searchParams,
    params: match.params.map(decoded),
    actor,
    actorId,
    token: tokenOf(secret, actorId),
    can: (verb) => config.can({ actor, verb }),
    at: (below) => addressOf(config, below),
    now: new Date(),
    numbersVersion: numbersOf(rindle).version,
  }
  const response = await match.route.handle(call)
  if (isNew) {
    response.headers.append('set-cookie', secretCookie(secret, config.basePath, url.protocol === 'https:'))
  }
  return response
}

/** A file that every page loads; public, because it holds nothing of the installation. */
function consoleFile(name: string): Response {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
  if (asset === undefined) throw new Refused(404, 'There is no such file.')
  return new Response(new Uint8Array(asset.body), {
    headers: {
      ...SECURITY_HEADERS,
      'content-type': asset.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
    },
  })
}

function refuse(config: ConsoleConfig, request: Request, error: unknown): Promise<Response> {
  const call: LayoutCall = {
    config,
    at: (below) => addressOf(config, below),
    now: new Date(),
    query: new URL(request.url).searchParams,
    actorId: null,
    rindle: null,
    numbersVersion: 0,
  }
  if (error instanceof Refused) return respondPage(call, failurePage(call, error.status, error.message), error.status)
  const code = codeOf(error)
  const status = isRindleError(error) ? httpStatusOf(error) : 500
  if (status >= 500) config.logger.error({ code, error: errorText(error) }, 'A page of the console failed.')
  const shown = isRindleError(error) && status < 500 ? error.message : 'The cause is in the log of this process.'
  return respondPage(call, failurePage(call, status, shown, code), status)
}

function addressOf(config: ConsoleConfig, below: string): string {
  return below === '/' && config.basePath !== '' ? config.basePath : `${config.basePath}${below}`
}

/** The path of a page; empty, which has no route, outside of the base path. */
function pathBelow(basePath: string, pathname: string): string {
  if (pathname === basePath) return '/'
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : ''
}

/** A malformed escape names nothing that exists, so the text stays as it is. Pure. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
