import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SOURCE = new URL('../src/', import.meta.url).pathname

// The registry of content types is about what bytes are, not about what is made of them.
const REGISTRY = ['domain/type-tables/', 'kernel/sniffing/']

const FORMATS = /webp|avif|jpeg|720p|mp4|ffmpeg|sharp|waveform|poster/gi

/** HTML's name for the picture of a video that does not play yet. */
const HTML_ATTRIBUTE = { file: 'delivery/markup/player.ts', word: 'poster' }

function codeOf(file: string): string {
  return readFileSync(join(SOURCE, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
}

it('names no media format, program or recipe', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const found = files
    .filter((file) => !REGISTRY.some((folder) => file.startsWith(folder)))
    .flatMap((file) => [...codeOf(file).matchAll(FORMATS)].map(([word]) => ({ file, word: word.toLowerCase() })))
    .filter(({ file, word }) => file !== HTML_ATTRIBUTE.file || !word.includes(HTML_ATTRIBUTE.word))
  expect(files.length).toBeGreaterThan(100)
  expect(found).toEqual([])
})
