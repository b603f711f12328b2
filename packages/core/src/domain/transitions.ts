import { RindleError } from './errors.ts'
import { type AssetState, SESSION_STATES, type SessionState, type VariantState } from './states.ts'

/** The next states that each asset state allows. */
export const ASSET_TRANSITIONS: Readonly<Record<AssetState, readonly AssetState[]>> = {
  staged: ['validating', 'quarantined', 'deleted'],
  validating: ['analyzing', 'quarantined', 'deleted'],
  analyzing: ['promoting', 'quarantined', 'deleted'],
  promoting: ['available', 'quarantined', 'deleted'],
  available: ['processing', 'transcoding', 'ready', 'degraded', 'quarantined', 'trashed', 'deleted'],
  processing: ['transcoding', 'ready', 'degraded', 'quarantined', 'trashed', 'deleted'],
  transcoding: ['processing', 'ready', 'degraded', 'quarantined', 'trashed', 'deleted'],
  ready: ['processing', 'transcoding', 'degraded', 'quarantined', 'trashed', 'deleted'],
  degraded: ['processing', 'transcoding', 'ready', 'quarantined', 'trashed', 'deleted'],
  // Validating: an operator released it, and it passes the whole gate again.
  quarantined: ['validating', 'deleted'],
  // The aggregate decides: it was restored.
  trashed: ['available', 'processing', 'transcoding', 'ready', 'degraded', 'deleted'],
  deleted: [],
}

/** The next states that each variant state allows. */
export const VARIANT_TRANSITIONS: Readonly<Record<VariantState, readonly VariantState[]>> = {
  planned: ['queued', 'cancelled', 'purged'],
  queued: ['processing', 'cancelled', 'failed', 'purged'],
  // Back to queued: an attempt failed and a retry follows.
  processing: ['ready', 'failed', 'cancelled', 'queued', 'purged'],
  ready: ['stale', 'missing', 'purged'],
  stale: ['queued', 'missing', 'purged'],
  // Directly to ready: storage verification found the object again, made by the same recipe.
  missing: ['queued', 'ready', 'purged'],
  failed: ['queued', 'purged'],
  cancelled: ['queued', 'purged'],
  // Queued: the profile declares the variant again.
  purged: ['queued'],
}

/** The next states that each upload session state allows. */
export const SESSION_TRANSITIONS: Readonly<Record<SessionState, readonly SessionState[]>> = {
  initialized: ['signed', 'uploading', 'verifying', 'aborted', 'expired', 'failed'],
  signed: ['resuming', 'uploading', 'uploaded', 'verifying', 'aborted', 'expired', 'failed'],
  resuming: ['uploading', 'aborted', 'expired', 'failed'],
  uploading: ['uploaded', 'verifying', 'aborted', 'expired', 'failed'],
  uploaded: ['verifying', 'aborted', 'expired', 'failed'],
  verifying: ['completed', 'failed'],
  completed: [],
  aborted: [],
  expired: [],
  failed: [],
}

/** Session states in which an upload has not ended: those with a next state. */
export const OPEN_SESSION_STATES: readonly SessionState[] = SESSION_STATES.filter(
  (state) => SESSION_TRANSITIONS[state].length > 0,
)

/** The state machines and the states of each. */
export interface MachineStates {
  readonly asset: AssetState
  readonly variant: VariantState
  readonly session: SessionState
}

/** The name of a state machine. */
export type Machine = keyof MachineStates

const TABLES: { readonly [M in Machine]: Readonly<Record<MachineStates[M], readonly MachineStates[M][]>> } = {
  asset: ASSET_TRANSITIONS,
  variant: VARIANT_TRANSITIONS,
  session: SESSION_TRANSITIONS,
}

/** Whether `machine` allows the change from `from` to `to`. Staying in a state is not a transition. */
export function canTransition<M extends Machine>(machine: M, from: MachineStates[M], to: MachineStates[M]): boolean {
  return targetsOf(machine, from).includes(to)
}

/**
 * Throws `invalid_transition` when `machine` does not allow the change from `from` to `to`. The message names the
 * machine, the row's `id`, both states and the legal ones.
 */
export function assertTransition<M extends Machine>(
  machine: M,
  from: MachineStates[M],
  to: MachineStates[M],
  id: string,
): void {
  const legal = targetsOf(machine, from)
  if (legal.includes(to)) return
  const advice = legal.length === 0 ? `${from} is final` : `from ${from} it may go to ${legal.join(', ')}`
  throw new RindleError('invalid_transition', `${machine} ${id} cannot go from ${from} to ${to}: ${advice}`, {
    details: { machine, id, from, to, legal: [...legal] },
  })
}

/** Every state from which `machine` allows the change to `to`: the `$from` of a guarded write. */
export function sourcesOf<M extends Machine>(machine: M, to: MachineStates[M]): readonly MachineStates[M][] {
  const states = Object.keys(TABLES[machine]) as MachineStates[M][]
  return states.filter((from) => canTransition(machine, from, to))
}

function targetsOf<M extends Machine>(machine: M, from: MachineStates[M]): readonly MachineStates[M][] {
  return TABLES[machine][from]
}
