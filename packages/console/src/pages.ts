import type { Handle } from './call.ts'
import { overview } from './pages/overview.ts'

/** Every page: one file of `pages/` each. */
export const PAGES: Readonly<Record<string, Handle>> = {
  'GET /': overview,
}
