/** One SQL statement as Rindle sent it. A type, because it crosses to another process as JSON. */
export type SentStatement = { readonly text: string; readonly values: readonly (string | number | boolean | null)[] }

/** One answer of Rindle, with the statements behind it. */
export type RecordedAnswer = { readonly statements: readonly SentStatement[]; readonly body: string }

/** Setup of Rindle's side. */
export type RindleApiSetup = { readonly directory: string; readonly databaseUrl: string }

/** Setup of the floor, which answers as Rindle did. */
export type FloorApiSetup = {
  readonly databaseUrl: string
  readonly show: RecordedAnswer
  readonly begin: RecordedAnswer
}

/** Where a side answers, on 127.0.0.1, and the asset that it shows. */
export type ApiFacts = { readonly port: number; readonly assetId: string }

/** Rindle's side also says what the floor has to do. */
export type RindleApiFacts = ApiFacts & Pick<FloorApiSetup, 'show' | 'begin'>

/** The header that names the actor of a request, a UUID. */
export const ACTOR_HEADER = 'x-actor'

/** The actor whose requests are recorded. */
export const RECORDED_ACTOR = '0198d3c0-0000-7000-8000-000000000000'

/** The body of `POST /uploads`. */
export const UPLOAD = { profile: 'photo', filename: 'photo.webp', contentType: 'image/webp', byteSize: 10_240 } as const
