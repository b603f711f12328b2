import type { OutputKind } from '../domain/states.ts'
import type { AnyProfile, Cardinality, Profile } from './profile.ts'

/** Profiles by name, whatever their variants and slots. */
export type AnyProfiles = Readonly<Record<string, AnyProfile>>

/** Profiles by name, with variants and slots of any name. */
export type Profiles = Readonly<Record<string, Profile>>

/** The names of the profiles. */
export type ProfileName<Ps extends AnyProfiles> = keyof Ps & string

/** The variants of a profile that make `Kind`; of any of the profiles, when `P` is a union. */
export type VariantName<Ps extends AnyProfiles, P extends keyof Ps, Kind extends OutputKind = OutputKind> = {
  [Q in P]: Making<Ps[Q]['variants'], Kind>
}[P]

type Making<V, Kind extends OutputKind> = {
  [N in keyof V]: V[N] extends { readonly makes: infer Made } ? (Made extends Kind ? N : never) : never
}[keyof V]

/** The families of a profile; of any of the profiles, when `P` is a union. */
export type FamilyName<Ps extends AnyProfiles, P extends keyof Ps> = { [Q in P]: keyof Ps[Q]['families'] }[P]

/** The streams of a profile; of any of the profiles, when `P` is a union. */
export type StreamName<Ps extends AnyProfiles, P extends keyof Ps> = { [Q in P]: keyof Ps[Q]['streams'] }[P]

/** The slots of a profile that have the cardinality `C`; of any of the profiles, when `P` is a union. */
export type SlotName<Ps extends AnyProfiles, P extends keyof Ps = keyof Ps, C extends Cardinality = Cardinality> = {
  [Q in P]: Holding<Ps[Q]['slots'], C>
}[P]

type Holding<S, C extends Cardinality> = {
  [N in keyof S]: S[N] extends { readonly cardinality: infer Held }
    ? Extract<Held, C> extends never
      ? never
      : N
    : never
}[keyof S]

/** The names of the profiles that have the slot. */
export type ProfileWith<Ps extends AnyProfiles, Slot> = {
  [P in keyof Ps]: Slot extends keyof Ps[P]['slots'] ? P : never
}[keyof Ps]
