import type { Call } from '../call.ts'
import { readForm } from '../read-form.ts'
import { Refused } from '../refused.ts'
import { respondPage, seeOther } from '../respond.ts'
import { act, agreementOf, foresee, readAsked } from './act.ts'
import { askPage } from './ask-page.ts'

/** `GET /verbs/:verb`: asks, with the numbers of the dry run. */
export async function askVerb(call: Call): Promise<Response> {
  const asked = await readAsked(call, call.params[0] ?? '', call.query)
  if (!(await call.can(asked.verb.name))) throw new Refused(403, `You may not use ${asked.verb.name}.`)
  const main = askPage(call, asked, await foresee(call, asked))
  return respondPage(call, { title: `${asked.verb.label}?`, entry: '', main })
}

/** `POST /verbs/:verb`: acts, and leads to the log. */
export async function postVerb(call: Call): Promise<Response> {
  const form = await readForm(call)
  const asked = await readAsked(call, call.params[0] ?? '', form)
  await act(call, asked, agreementOf(form, asked.verb))
  return seeOther(call.at('/log'))
}
