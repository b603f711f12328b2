/**
 * The part of a server's Rindle instance from which the types of a client are inferred: its names. Any instance of
 * `@rindle/core` has it; nothing of that package is loaded.
 */
export interface AnyServer {
  readonly profiles: Readonly<
    Record<
      string,
      {
        readonly variants: Readonly<Record<string, unknown>>
        readonly families: Readonly<Record<string, unknown>>
        readonly streams: Readonly<Record<string, unknown>>
        readonly slots: Readonly<Record<string, unknown>>
      }
    >
  >
}

/** The names of the server's profiles. */
export type ProfileName<R extends AnyServer> = keyof R['profiles'] & string

/** The variants that a profile declares, without the members of its families. */
export type VariantName<R extends AnyServer, P extends ProfileName<R>> = P extends unknown
  ? keyof R['profiles'][P]['variants'] & string
  : never

/** The families that a profile declares. */
export type FamilyName<R extends AnyServer, P extends ProfileName<R>> = P extends unknown
  ? keyof R['profiles'][P]['families'] & string
  : never

/** The streams that a profile declares. */
export type StreamName<R extends AnyServer, P extends ProfileName<R>> = P extends unknown
  ? keyof R['profiles'][P]['streams'] & string
  : never

/** The slots that a profile declares. */
export type SlotName<R extends AnyServer, P extends ProfileName<R>> = P extends unknown
  ? keyof R['profiles'][P]['slots'] & string
  : never

/** The slots of a profile that may hold several assets. */
export type SlotOfMany<R extends AnyServer, P extends ProfileName<R>> = P extends unknown
  ? Many<R['profiles'][P]['slots']> & string
  : never

type Many<S> = {
  [N in keyof S]: S[N] extends { readonly cardinality: infer Held } ? ('many' extends Held ? N : never) : never
}[keyof S]
