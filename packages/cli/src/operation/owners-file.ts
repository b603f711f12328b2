import { open } from 'node:fs/promises'
import { type Owner, RindleError } from '@rindle/core'
import { parseOwner } from '../owner.ts'

/** Reads the owners of a file, one on each line, without keeping them. */
export async function* ownersIn(path: string): AsyncGenerator<Owner> {
  await using file = await open(path)
  for await (const line of file.readLines()) {
    const owner = parseOwner(line.trim())
    if (owner !== undefined) yield owner
  }
}

/** Counts the owners; refuses a file with an invalid line before anything is done with the others. `invalid_input`. */
export async function countOwners(path: string, name: string): Promise<number> {
  await using file = await open(path).catch((error: unknown) => {
    throw new RindleError('invalid_input', `Cannot read the owners file ${name}.`, { cause: error })
  })
  let number = 0
  let count = 0
  for await (const line of file.readLines()) {
    number += 1
    if (parseOwner(line.trim()) !== undefined) count += 1
    if (line.trim() === '' || parseOwner(line.trim()) !== undefined) continue
    throw new RindleError('invalid_input', `Line ${number} of ${name} is not an owner: write type:id, as in user:42.`)
  }
  return count
}
