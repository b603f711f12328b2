/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string
  readonly data: string
}

/**
 * Reads server-sent events from a body. Calls `onBytes` with every chunk, comments included, as a sign of life. Leaving
 * the loop cancels the body.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let pending = ''
  try {
    for (;;) {
      const { done: isDone, value } = await reader.read()
      if (isDone) return
      onBytes()
      pending += decoder.decode(value, { stream: true })
      const blocks = pending.split(/\r?\n\r?\n/)
      pending = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = parseEvent(block)
        if (event.data !== '') yield event
      }
    }
  } finally {
    // A failed body cannot be cancelled; its failure is already thrown.
    await reader.cancel().catch(() => {})
  }
}

/** One block of a stream, without the empty line at its end. Pure. */
export function parseEvent(block: string): ServerSentEvent {
  let id = ''
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(id|data)(?:: ?(.*))?$/.exec(line) ?? []
    if (field === 'id') id = value
    if (field === 'data') data.push(value)
  }
  return { id, data: data.join('\n') }
}
