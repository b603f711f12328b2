import type { Call } from '../call.ts'
import { TOKEN_FIELD } from '../forgery.ts'
import { glyph, type Tone } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'

/** A form that changes something: it carries the operator's token, and `values` as hidden fields. */
export function form(call: Call, path: string, values: Values, content: unknown, className = ''): Html {
  return html`<form method="post" action="${call.at(path)}" class="${className}">${hidden([[TOKEN_FIELD, call.token], ...values])}${content}</form>`
}

/** Names and values of hidden fields; a name may repeat. */
export type Values = readonly (readonly [string, string])[]

/** Hidden fields. */
export function hidden(values: Values): Html {
  return html`${values.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`
}

/** A number of a dry run, or of the head of a page. */
export interface Figure {
  readonly name: string
  readonly value: unknown
  readonly note?: unknown
}

/** Numbers beside each other. */
export function figures(all: readonly Figure[]): Html {
  return html`<dl class="kpis">${all.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${note === undefined ? NOTHING : html`<small>${note}</small>`}</dd></div>`,
  )}</dl>`
}

/** The page that asks before a verb runs: the numbers of its dry run, and a form that sends the number as `expect`. */
export interface Confirmation {
  /** The path that the form posts to. */
  readonly path: string
  /** "Purge 14 assets?" */
  readonly title: string
  readonly lead: unknown
  readonly figures: readonly Figure[]
  /** Tables of what goes and what stays. */
  readonly details?: unknown
  /** The number that the dry run found. It goes with the form as `expect`. */
  readonly expect: number
  /** Whether the number is typed, as before every loss that cannot be undone. */
  readonly isTyped: boolean
  /** Whether there is something to do; otherwise only the way back is left. */
  readonly isOffered: boolean
  /** One sentence: what happens. */
  readonly warning: unknown
  /** The command that does the same. */
  readonly command: string
  /** The words of the button: "Purge 9". */
  readonly button: string
  /** Where the way back leads. */
  readonly back: string
  readonly values: Values
}

/** Asks for a confirmation. */
export function confirmation(call: Call, ask: Confirmation): Html {
  const tone: Tone = ask.isTyped ? 'bad' : 'warn'
  return html`<div class="head"><div><h1>${ask.title}</h1><p>${ask.lead}</p></div></div>
${figures(ask.figures)}
${ask.details}
<section aria-labelledby="h-sure"><h2 id="h-sure" class="vh">Confirm</h2><div class="sheet"><div class="pad"><div class="note ${tone}">${glyph('tri', tone)}<div>${ask.warning}</div></div><p class="small dim">The run counts again before it begins. If more than ${ask.expect} qualify by then, it stops and asks again. The operator log records it. The equivalent command:</p><code class="shellcode" tabindex="0" role="region" aria-label="Command">${ask.command}</code></div>${
    !ask.isOffered
      ? html`<div class="pad"><a class="btn" href="${call.at(ask.back)}">Back</a></div>`
      : form(call, ask.path, [...ask.values, ['expect', String(ask.expect)]], agreement(call, ask), 'agree')
  }</div></section>`
}

function agreement(call: Call, ask: Confirmation): Html {
  return html`${
    ask.isTyped
      ? html`<label class="field"><span>Type <b>${ask.expect}</b>, the number above</span><input type="text" name="typed" inputmode="numeric" autocomplete="off" required pattern="${ask.expect}"></label>`
      : NOTHING
  }<label class="field"><span>Reason, for the log (optional)</span><input type="text" name="reason" maxlength="500"></label><div class="actions"><button type="submit" class="btn ${ask.isTyped ? 'danger' : 'primary'}">${ask.button}</button><a class="btn" href="${call.at(ask.back)}">Cancel</a></div>`
}
