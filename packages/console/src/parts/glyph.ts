import { type Html, html } from './html.ts'

/** The tones of states: only `warn` and `bad` colour their word too. */
export type Tone = 'ok' | 'work' | 'wait' | 'warn' | 'bad'

/** A shape of the sprite; decoration, so a word must stand beside it. */
export function glyph(name: string, tone: Tone | '' = ''): Html {
  return html`<svg class="i ${tone}" aria-hidden="true"><use href="#g-${name}"/></svg>`
}

/** The tone and the shape of every state, of assets, variants, uploads, runs and deliveries. */
const STATES: Readonly<Record<string, readonly [Tone, string]>> = {
  staged: ['wait', 'staged'],
  planned: ['wait', 'staged'],
  validating: ['wait', 'q1'],
  analyzing: ['wait', 'q2'],
  promoting: ['wait', 'q3'],
  queued: ['wait', 'clock'],
  pending: ['wait', 'clock'],
  created: ['wait', 'clock'],
  retry: ['wait', 'clock'],
  initialized: ['wait', 'ring'],
  signed: ['wait', 'ring'],
  uploaded: ['wait', 'q2'],
  verifying: ['wait', 'q3'],
  deleted: ['wait', 'minus'],
  purged: ['wait', 'minus'],
  expired: ['wait', 'minus'],
  aborted: ['wait', 'dash'],
  processing: ['work', 'gear'],
  active: ['work', 'gear'],
  transcoding: ['work', 'film'],
  uploading: ['work', 'up'],
  resuming: ['work', 'up'],
  available: ['ok', 'disc'],
  ready: ['ok', 'check'],
  completed: ['ok', 'check'],
  succeeded: ['ok', 'check'],
  delivered: ['ok', 'check'],
  degraded: ['warn', 'tri'],
  stale: ['warn', 'diamond'],
  cancelled: ['warn', 'dash'],
  trashed: ['warn', 'dash'],
  failed: ['bad', 'cross'],
  dead: ['bad', 'cross'],
  quarantined: ['bad', 'oct'],
  missing: ['bad', 'hole'],
}

/** The tone of a state. Pure. */
export function toneOf(state: string): Tone {
  return STATES[state]?.[0] ?? 'wait'
}

/** A state: its shape, its colour, and always its word. */
export function stateMark(state: string, options: { readonly pill?: boolean; readonly word?: string } = {}): Html {
  const [tone, shape] = STATES[state] ?? ['wait', 'ring']
  return mark(tone, shape, options.word ?? state, options.pill)
}

/** A word with a tone and a shape of the sprite. */
export function mark(tone: Tone, shape: string, word: string, pill = false): Html {
  return html`<span class="state ${tone}${pill ? ' pill' : ''}">${glyph(shape, tone)}${word}</span>`
}
