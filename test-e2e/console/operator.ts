import { rindleConsole } from '@rindle/console'
import type { Profiles, Rindle } from '@rindle/core'

const ORIGIN = 'http://console.test'

/** An operator who reads pages and sends their forms, as a browser does. */
export interface Operator {
  /** The text of a page; `status` is asserted by its reader. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>
  /** Sends a form with the token of a page, or with what `fields` say instead. */
  readonly post: (
    path: string,
    fields?: Fields,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; location: string | null; text: string }>
  /** Opens the page that asks, and sends its form with the number that it names. */
  readonly confirm: (
    path: string,
    fields?: Fields,
  ) => Promise<{ status: number; location: string | null; text: string }>
}

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[]

const isList = (fields: Fields): fields is readonly (readonly [string, string])[] => Array.isArray(fields)

/** An operator of the console of an instance; may use every verb, unless `can` says otherwise. */
export function operatorOf<Ps extends Profiles>(
  rindle: Rindle<Ps>,
  can: (verb: string) => boolean = () => true,
  id = 'ana',
): Operator {
  const handle = rindleConsole(rindle, {
    basePath: '/admin',
    actor: () => ({ id }),
    can: ({ verb }) => can(verb),
  })
  let cookie = ''
  const get = async (path: string) => {
    const response = await handle(new Request(`${ORIGIN}/admin${path}`, { headers: { cookie } }))
    const set = response.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';', 1)[0] ?? ''
    return { status: response.status, text: await response.text() }
  }
  const token = async (): Promise<string> => valueOf((await get('/maintenance/pruneRuns')).text, 'token') ?? ''
  const post = async (path: string, fields: Fields = {}, headers: Record<string, string> = {}) => {
    const given = new URLSearchParams(
      isList(fields) ? fields.map(([name, value]): [string, string] => [name, value]) : { ...fields },
    )
    if (!given.has('token')) given.set('token', await token())
    const response = await handle(
      new Request(`${ORIGIN}/admin${path}`, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
        body: given,
      }),
    )
    return { status: response.status, location: response.headers.get('location'), text: await response.text() }
  }
  return {
    get,
    post,
    confirm: async (path, fields = {}) => {
      const { text } = await get(path)
      const extra = Object.entries(fields) as [string, string][]
      const url = new URL(path, ORIGIN)
      // Where nothing can be done there is no form; a forged one is sent.
      return post(url.pathname, [...(formOf(text) ?? url.searchParams), ...extra])
    },
  }
}

/** The fields of the form that confirms, with its number typed. */
function formOf(text: string): readonly (readonly [string, string])[] | undefined {
  const [, form] = /<form [^>]*class="agree"[^>]*>([^]*?)<\/form>/.exec(text) ?? []
  if (form === undefined) return undefined
  const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const fields = hidden.map(([, name = '', value = '']) => [name, unescaped(value)] as const)
  return [...fields, ['typed', valueOf(form, 'expect') ?? '']]
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

/** The value of a hidden field. */
export function valueOf(text: string, name: string): string | undefined {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1]
}
