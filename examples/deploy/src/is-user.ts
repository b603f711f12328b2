import { createHash, timingSafeEqual } from 'node:crypto'

const { API_TOKEN = '' } = process.env

/** Whether a request has the token of this deployment's only user. Your own sign-in comes here. */
export function isUser(request: Request): boolean {
  const given = request.headers.get('authorization') ?? ''
  return API_TOKEN !== '' && timingSafeEqual(digest(given), digest(`Bearer ${API_TOKEN}`))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
