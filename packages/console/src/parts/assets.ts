import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { raw } from 'hono/html'
import type { Html } from './html.ts'

/** A file of the console that every page loads; its address holds its digest, so browsers keep it. */
export interface ConsoleAsset {
  readonly contentType: string
  readonly body: Buffer
  readonly digest: string
}

/** The files of the console, by their names. */
export const ASSETS: Readonly<Record<string, ConsoleAsset>> = {
  'console.css': assetOf('console.css', 'text/css; charset=utf-8'),
  'console.js': assetOf('console.js', 'text/javascript; charset=utf-8'),
  'icon.svg': assetOf('icon.svg', 'image/svg+xml'),
}

/** The glyphs of all states, which pages refer to. */
export const SPRITE: Html = raw(read('sprite.svg').toString('utf8'))

function assetOf(name: string, contentType: string): ConsoleAsset {
  const body = read(name)
  return { contentType, body, digest: createHash('sha256').update(body).digest('hex').slice(0, 12) }
}

function read(name: string): Buffer {
  return readFileSync(new URL(`../../assets/${name}`, import.meta.url))
}
