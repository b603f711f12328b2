import type { Call } from '../call.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { SUBJECT_VERBS } from './act.ts'
import type { Fields } from './verb.ts'

/**
 * The buttons of those verbs that the operator may use; each leads to the page that asks. Pass only verbs that would be
 * accepted now.
 */
export async function verbButtons(
  call: Call,
  names: readonly string[],
  ids: readonly string[],
  fields: Fields = {},
): Promise<Html> {
  const buttons = await Promise.all(
    names.map(async (name) => {
      const verb = SUBJECT_VERBS.find((each) => each.name === name)
      if (verb === undefined || !(await call.can(name))) return undefined
      const query = new URLSearchParams([...ids.map((id): [string, string] => ['id', id]), ...Object.entries(fields)])
      return html`<a class="btn ${verb.isDestructive ? 'danger' : ''}" href="${call.at(`/verbs/${name}?${query.toString()}`)}">${verb.label}…</a>`
    }),
  )
  const allowed = buttons.filter((button) => button !== undefined)
  return allowed.length === 0 ? NOTHING : html`<div class="actions">${allowed}</div>`
}

/** The buttons of a form with boxes named `id`: each sends the ticked ones to the page that asks. */
export async function selectionButtons(call: Call, names: readonly string[]): Promise<Html> {
  const buttons = await Promise.all(
    names.map(async (name) => {
      const verb = SUBJECT_VERBS.find((each) => each.name === name)
      if (verb === undefined || !(await call.can(name))) return NOTHING
      return html`<button type="submit" class="btn ${verb.isDestructive ? 'danger' : ''}" formmethod="get" formaction="${call.at(`/verbs/${name}`)}">${verb.label}…</button>`
    }),
  )
  return html`${buttons}`
}
