import { RindleError } from '@rindle/core'
import { problemsOf } from '@rindle/core/adapter'
import type { z } from 'zod'
import { RequestRefused } from './request-refused.ts'

const USUAL_BODY_BYTES = 16 * 1024

/**
 * Reads the JSON body of a request: of at most `maxBytes`, by default 16 KiB, within a time, and of the schema's
 * shape; else `invalid_input`.
 * Takes only `application/json`: a page of another origin can send other types, or none, without a preflight request.
 */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
  timeoutMs: number,
  maxBytes: number = USUAL_BODY_BYTES,
): Promise<T> {
  if (contentTypeOf(request) !== 'application/json') throw notJson()
  const text = await readText(request, timeoutMs, maxBytes)
  const given = parse(text)
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = problemsOf(parsed.error, given).map(({ path, message }) => `${path}: ${message}`)
  throw new RindleError('invalid_input', `The body is not valid: ${problems.join('; ')}.`)
}

/** Refuses the content types of forms on routes that need no body. */
export function assertNoForm(request: Request): void {
  const type = contentTypeOf(request)
  if (type !== undefined && type !== 'application/json') throw notJson()
}

function contentTypeOf({ headers }: Request): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
}

function notJson(): RequestRefused {
  return new RequestRefused(415, 'invalid_input', 'Send application/json.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the body, so it is left out.
    throw new RindleError('invalid_input', 'The body is not JSON.')
  }
}

async function readText({ headers, body }: Request, timeoutMs: number, maxBytes: number): Promise<string> {
  if (body === null) return ''
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RequestRefused(408, 'invalid_input', 'The body took too long.')), timeoutMs)
  })
  try {
    return await Promise.race([collect(reader, maxBytes), late])
  } catch (error) {
    // Not awaited: a server may only cancel once the whole body has arrived. A failed body has nothing to cancel.
    reader.cancel().catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let byteSize = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    byteSize += next.value.byteLength
    if (byteSize > maxBytes) throw tooLarge(maxBytes)
    chunks.push(next.value)
  }
  return Buffer.concat(chunks).toString()
}

function tooLarge(maxBytes: number): RequestRefused {
  return new RequestRefused(413, 'invalid_input', `The body is larger than ${maxBytes} bytes.`)
}
