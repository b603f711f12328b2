/** A JSON answer without the Fetch API, whose objects take longer than most routes. */
export interface JsonAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A JSON answer. Never cached, because it depends on the actor and the moment. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): JsonAnswer {
  const body = JSON.stringify(value)
  return {
    status,
    headers: {
      'content-type': 'application/json',
      // A server writes a short body of known length at once.
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  }
}

/** The same answer for the Fetch API. */
export function toResponse(answer: JsonAnswer | Response): Response {
  if (answer instanceof Response) return answer
  const { status, headers, body } = answer
  return new Response(body, { status, headers })
}
