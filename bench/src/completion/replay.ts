import { v7 } from 'uuid'
import type { Recording } from './setup.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** The same recording for other rows: replaces every id by a new one, equal ids by equal ones. */
export function withNewIds(recording: Recording): Recording {
  const newIds = new Map<string, string>()
  const replaced = JSON.stringify(recording).replaceAll(UUID, (id) => {
    const known = newIds.get(id) ?? v7()
    newIds.set(id, known)
    return known
  })
  return JSON.parse(replaced) as Recording
}
