import { RindleError } from '@rindle/core'
import { problemsOf } from '@rindle/core/adapter'
import type { z } from 'zod'
import { RequestRefused } from './request-refused.ts'

const MAX_BODY_BYTES = 16 * 1024

/**
 * The JSON body of a request: at most 16 KiB, within a time, and of the schema's shape. `invalid_input`. Only as
 * `application/json`: a page of another origin can make a browser send every other type, and none, without asking.
 */
export async function readJson<T>(request: Request, schema: z.ZodType<T>, timeoutMs: number): Promise<T> {
  if (contentTypeOf(request) !== 'application/json') throw notJson()
  const text = await readText(request, timeoutMs)
  const given = parse(text)
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = problemsOf(parsed.error, given).map(({ path, message }) => `${path}: ${message}`)
  throw new RindleError('invalid_input', `The body is not valid: ${problems.join('; ')}.`)
}

/** Refuses the types of a form where a body is not looked at and none is needed. */
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
    // What the parser says quotes the body; that it is no JSON is all there is to know.
    throw new RindleError('invalid_input', 'The body is not JSON.')
  }
}

async function readText({ headers, body }: Request, timeoutMs: number): Promise<string> {
  if (body === null) return ''
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RequestRefused(408, 'invalid_input', 'The body took too long.')), timeoutMs)
  })
  try {
    return await Promise.race([collect(reader), late])
  } catch (error) {
    // Not waited for: a server may cancel only what has arrived whole. A body that has failed has nothing to cancel.
    reader.cancel().catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let byteSize = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    byteSize += next.value.byteLength
    if (byteSize > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(next.value)
  }
  return Buffer.concat(chunks).toString()
}

function tooLarge(): RequestRefused {
  return new RequestRefused(413, 'invalid_input', `The body is larger than ${MAX_BODY_BYTES} bytes.`)
}
