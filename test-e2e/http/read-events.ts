import type { WireAsset } from '@rindle/http'

/** One server-sent event of an asset. */
export interface AssetEvent {
  readonly id: string
  readonly asset: WireAsset
}

/** The events of a stream, as its bytes tell them, read one by one as they are asked for. Ends with the stream. */
export async function* readEvents(response: Response): AsyncGenerator<AssetEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      if (fields.get('event') !== 'asset') continue
      yield { id: fields.get('id') ?? '', asset: JSON.parse(fields.get('data') ?? '') as WireAsset }
    }
  }
}
