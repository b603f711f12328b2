import { readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { addedDecoderNamed } from './added-decoders.ts'
import { copyrightOf } from './copyright.ts'
import type { Drawn } from './drawing.ts'
import { encode, encodeWithin } from './encode.ts'
import { mending } from './mend.ts'
import type { Format, Order, OrderKind, Orders, Rendered, RenderOrder, Truncated } from './orders.ts'
import { decodesHevc, readOutput, readPicture } from './read-picture.ts'
import { type Base, decodeBase, drawFromBase, drawFromSource } from './render.ts'
import { thumbHash } from './thumb-hash.ts'

type Handlers = {
  readonly [Kind in OrderKind]: (given: Orders[Kind]['given']) => Promise<Orders[Kind]['answer']>
}

/** Follows the orders of the application. Orders may overlap; there is one base at a time. */
export class Decoder {
  readonly #truncated: Truncated
  #base: Base | null = null

  constructor(truncated: Truncated) {
    this.#truncated = truncated
  }

  readonly #handlers: Handlers = {
    read_picture: (source) => readPicture(source),
    decode_base: async ({ input, size }) => {
      this.#base = await mending(input, this.#truncated, (reading) => decodeBase(input, size, reading))
      return null
    },
    render_from_base: async (order) => {
      if (this.#base === null) throw new Error('There is no base to render from.')
      return write(await drawFromBase(this.#base, order), order)
    },
    render_from_source: (order) =>
      mending(order.input, this.#truncated, async (reading) => write(await drawFromSource(order, reading), order)),
    thumb_hash: (input) => mending(input, this.#truncated, (reading) => thumbHash(input, reading)),
    forget_base: async () => {
      this.#base?.[Symbol.dispose]()
      this.#base = null
      return null
    },
    tell_versions: async () => ({
      sharp: sharp.versions.sharp,
      vips: sharp.versions.vips,
      decodesHevc: decodesHevc(),
    }),
    try_format: tryFormat,
    try_decoder: (name) => addedDecoderNamed(name).tellVersion(),
  }

  /** Rejects with sharp's error. */
  follow<Kind extends OrderKind>({ kind, given }: Order<Kind>): Promise<Orders[Kind]['answer']> {
    return this.#handlers[kind](given)
  }
}

async function write({ pipeline, size }: Drawn, { variant, path, input }: RenderOrder): Promise<Rendered> {
  const { metadata, maxBytes } = variant.recipe
  const copyright = metadata === 'copyright' ? await copyrightOf(input) : null
  if (maxBytes === null) await encode(pipeline, variant, copyright).toFile(path)
  else await writeFile(path, await encodeWithin(maxBytes, pipeline, variant, { copyright, input }))
  // From memory: the file loader of this format may be off, because it only serves sources.
  const bytes = await readFile(path)
  return { picture: await readOutput(bytes), byteSize: bytes.byteLength, size }
}

async function tryFormat(format: Format): Promise<boolean> {
  try {
    const { info } = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#3a7bd5' } })
      .toFormat(format)
      .toBuffer({ resolveWithObject: true })
    // libvips names AVIF after its container.
    return info.format === (format === 'avif' ? 'heif' : format) && info.size > 0
  } catch {
    // The reason does not matter: a build has an encoder, or it has none.
    return false
  }
}
