import type { DecodedImage, DecoderRefusal, ImageDecoder, ImageHeader } from '../image-decoder.ts'

/** A decoder besides sharp, as a decoder process knows it. */
export interface AddedDecoder extends Pick<ImageDecoder, 'name' | 'contentTypes'> {
  /** The URL of its module. */
  readonly module: string
}

/** The calls that a thread takes: by kind, with input and answer. */
export interface Calls {
  readonly tell_version: { readonly given: null; readonly answer: string }
  readonly read_header: { readonly given: { path: string }; readonly answer: ImageHeader | null }
  readonly decode: { readonly given: { path: string; maxPixels: number }; readonly answer: DecodedImage }
}

/** To a thread. */
export interface Call<Kind extends keyof Calls = keyof Calls> {
  readonly id: number
  readonly kind: Kind
  readonly given: Calls[Kind]['given']
}

/** From a thread: an answer, a verdict about bytes, or the text of an error. */
export type Reply = { readonly id: number; readonly heldBytes: number } & (
  | { readonly answer: unknown }
  | { readonly refusal: DecoderRefusal }
  | { readonly failure: string }
)
