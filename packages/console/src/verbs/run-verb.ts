import { type RecordedAction, RindleError } from '@rindle/core'
import type { Call } from '../call.ts'
import { confirmation, form } from '../parts/form.ts'
import { ago, count, numberWords, spoken } from '../parts/format.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { head } from '../parts/layout.ts'
import { readForm } from '../read-form.ts'
import { Refused } from '../refused.ts'
import { respondPage, seeOther } from '../respond.ts'
import { agreementOf } from './act.ts'
import { numberFigures } from './ask-page.ts'
import { readAskedRun, runsOf } from './maintenance-runs.ts'
import type { Fields, WalkVerb } from './verb.ts'
import { WALK_VERBS } from './walk-verbs.ts'

/**
 * `GET /maintenance/:verb`: the last run of a verb. After a dry run it is the page that asks; while a run goes on, its
 * progress; otherwise it offers the dry run.
 */
export async function askRun(call: Call): Promise<Response> {
  const verb = verbOf(call)
  const [last] = (await call.rindle.operatorActions({ verb: verb.name, limit: 1 })).actions
  const main = html`${head(verb.label, verb.effect)}${await runPart(call, verb, last)}`
  const response = await respondPage(call, { title: verb.label, entry: '/maintenance', main })
  // Without a script the browser looks again by itself.
  if (last?.outcome === 'running') response.headers.set('refresh', '2')
  return response
}

/** `POST /maintenance/:verb`: runs, dry or for real. */
export async function postRun(call: Call): Promise<Response> {
  const given = await readForm(call)
  const asked = readAskedRun(call.params[0] ?? '', given)
  await runsOf(call.rindle).begin(call, asked, agreementOf(given, asked.verb))
  return seeOther(call.at(`/maintenance/${asked.verb.name}`))
}

/** `POST /maintenance/:verb/stop`: ends a run of this process between two items. */
export async function stopRun(call: Call): Promise<Response> {
  await readForm(call)
  const verb = verbOf(call)
  if (!(await call.can(verb.name))) throw new Refused(403, `You may not use ${verb.name}.`)
  runsOf(call.rindle).stop(verb.name)
  return seeOther(call.at(`/maintenance/${verb.name}`))
}

function verbOf(call: Call): WalkVerb {
  const verb = WALK_VERBS.find(({ name }) => name === call.params[0])
  if (verb === undefined) throw new RindleError('not_found', 'There is no such maintenance action.')
  return verb
}

async function runPart(call: Call, verb: WalkVerb, last: RecordedAction | undefined): Promise<Html> {
  const mayRun = await call.can(verb.name)
  if (last?.outcome === 'running') return running(call, verb, last, mayRun)
  const dryForm = mayRun ? await dryRunForm(call, verb) : NOTHING
  if (last === undefined) return html`<p>No one has run it yet.</p>${dryForm}`
  // The number of a dry run that was stopped is too small to be agreed to.
  const isWhole = last.outcome === 'done' && last.numbers?.['interrupted'] === undefined
  if (!isWhole || !last.dryRun || !mayRun) return html`${lastRun(call, last)}${dryForm}`
  const fields = fieldsOf(verb, last)
  const expect = last.numbers?.[verb.counted] ?? 0
  return html`${confirmation(call, {
    path: `/maintenance/${verb.name}`,
    title: `${verb.label} for real?`,
    lead: html`A dry run counted this ${ago(last.finishedAt, call.now)}. Nothing has changed yet.`,
    figures: numberFigures(last.numbers ?? {}),
    expect,
    isTyped: verb.isDestructive,
    isOffered: expect > 0 || verb.runsAtZero,
    warning: html`${verb.isDestructive ? html`<b>This cannot be undone.</b> ` : NOTHING}${verb.effect}`,
    command: verb.command([], fields),
    button: `${verb.label}: ${count(expect)} ${spoken(verb.counted).toLowerCase()}`,
    back: '/maintenance',
    values: [['mode', 'live'], ...Object.entries(fields)],
  })}${dryForm}`
}

/** The fields of a verb as a run had them; the rest of its scope is for readers. Pure. */
function fieldsOf(verb: WalkVerb, { scope }: RecordedAction): Fields {
  return Object.fromEntries(
    verb.fields.flatMap((name) => (typeof scope[name] === 'string' ? [[name, scope[name]]] : [])),
  )
}

/** Runs dry; this changes nothing, but it may take long, so it is asked for as well. */
async function dryRunForm(call: Call, verb: WalkVerb): Promise<Html> {
  const { profiles } = call.rindle
  const known = await call.rindle.listStorages({ counted: false })
  const storages = known.filter(({ adapter }) => adapter !== null).map(({ storage }) => storage)
  const options: Readonly<Record<string, readonly string[]>> = {
    profile: Object.keys(profiles),
    storage: storages,
    from: storages,
    to: storages,
  }
  const fields = verb.fields.map((name) => {
    const choices = options[name]
    const control =
      choices === undefined
        ? html`<input type="text" name="${name}" maxlength="200">`
        : html`<select name="${name}"${name === 'to' ? html` required` : NOTHING}><option value="">${name === 'to' ? 'choose' : 'all'}</option>${choices.map(
            (choice) => html`<option${call.query.get(name) === choice ? html` selected` : NOTHING}>${choice}</option>`,
          )}</select>`
    return html`<label class="field"><span>${spoken(name)}</span>${control}</label>`
  })
  const button = html`<div class="actions"><button type="submit" class="btn">Dry run</button></div>`
  return html`<div class="sheet">${form(call, `/maintenance/${verb.name}`, [['mode', 'dry']], html`${fields}${button}`, 'filters')}</div>`
}

function running(call: Call, verb: WalkVerb, action: RecordedAction, mayStop: boolean): Html {
  const { progressDone, progressTotal, ...numbers } = action.numbers ?? {}
  const bar =
    progressTotal === undefined
      ? html`<progress aria-label="${verb.label}"></progress>`
      : html`<progress value="${progressDone ?? 0}" max="${progressTotal}" aria-label="${verb.label}"></progress>`
  const stop =
    mayStop && runsOf(call.rindle).isRunning(verb.name)
      ? form(
          call,
          `/maintenance/${verb.name}/stop`,
          [],
          html`<button type="submit" class="btn">Stop after this page</button>`,
        )
      : NOTHING
  return html`<div class="sheet"><div class="running"><div class="row"><div><h2>${action.dryRun ? 'Dry run' : 'Running'} <span class="dim">started ${ago(action.startedAt, call.now)} by ${action.actor}</span></h2></div>${stop}</div>${bar}<dl class="facts">${Object.entries(numbers).map(([name, value]) => html`<div><dt>${spoken(name)}</dt><dd>${count(value)}</dd></div>`)}</dl></div></div>`
}

function lastRun(call: Call, { outcome, numbers, dryRun, actor, finishedAt, errorReason }: RecordedAction): Html {
  const { interrupted, ...counts } = numbers ?? {}
  const end = interrupted === undefined ? outcome : 'stopped early'
  return html`<div class="note ${end === 'done' ? 'ok' : 'warn'}" role="status"><div><b>${dryRun ? 'Dry run' : 'Run'} ${end}</b> ${ago(finishedAt, call.now)} by ${actor}: ${errorReason ?? (numberWords(counts) || 'nothing to do')}. <a href="${call.at('/log')}">In the log</a></div></div>`
}
