import type { JsonObject, Rindle, WalkOptions } from '@rindle/core'

/** The fields of a form beside its subjects. */
export type Fields = Readonly<Record<string, string>>

/** Numbers of a report, by name. */
export type Numbers = Readonly<Record<string, number>>

/** The effect that a verb would have on one subject, by its dry run. */
export interface Outlook {
  /** The subject, as a person knows it: a file name, a target. Not trusted. */
  readonly name: string
  /** Beside the name: a state, a holder. Not trusted. */
  readonly detail?: string
  readonly numbers: Numbers
}

/** A verb that a person may call from a page. */
interface VerbBase {
  /** The name of the method: it is asked of `can`, and stands in the log. */
  readonly name: string
  /** On its button, without "…". */
  readonly label: string
  /** The effect, in a sentence. */
  readonly effect: string
  /** Whether something is lost for ever. */
  readonly isDestructive: boolean
  /** The same call on the command line. Pure. */
  command(ids: readonly string[], fields: Fields): string
}

/** A verb over chosen subjects: assets, uploads, targets. */
export interface SubjectVerb extends VerbBase {
  readonly over: 'asset' | 'upload' | 'target'
  /** The fields that it takes beside its subjects. */
  readonly fields: readonly string[]
  /** The verb of maintenance that does the same for everything, if there is one. */
  readonly walk?: string
  /** The dry run; throws where the verb would refuse. */
  foresee(rindle: Rindle, id: string, fields: Fields): Promise<Outlook>
  /** Does it. */
  act(rindle: Rindle, id: string, fields: Fields): Promise<Numbers>
}

/** The call of a walking verb. */
export interface WalkCall extends WalkOptions {
  readonly isLive: boolean
  readonly fields: Fields
}

/** A verb that walks through everything that fits: run dry, then for real. */
export interface WalkVerb extends VerbBase {
  readonly group: 'recover' | 'check' | 'move' | 'clean'
  /** Of `profile`, `tenant`, `storage`, `from`, `to`, `reason` and `target`. */
  readonly fields: readonly string[]
  /** The number of its report that a person agrees to. */
  readonly counted: string
  /** Whether it is worth a run for real though nothing was counted: it writes down other things as well. */
  readonly runsAtZero: boolean
  run(rindle: Rindle, call: WalkCall): Promise<JsonObject>
}

/** The numbers of a report. Pure. */
export function numbersOf(report: object): Numbers {
  return Object.fromEntries(
    Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}
