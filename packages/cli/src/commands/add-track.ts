import { open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { RindleError, TRACK_KINDS } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { printable } from '../printable.ts'

/** `rindle add-track`: adds a text track to a video or to sound. */
export const addTrack: Command = defineCommand({
  usage: 'add-track <assetId> <file>',
  describe: 'Add captions, subtitles or chapters (WebVTT or SubRip)',
  examples: [
    ['add-track 019a3b1c-7d2e-7f00-8000-000000000001 film.en.vtt --lang en', 'Captions in English'],
    ['add-track 019a3b1c-7d2e-7f00-8000-000000000001 film.de.srt --kind subtitles --lang de', 'A translation'],
  ],
  positionals: {
    assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' },
    file: { type: 'string', demandOption: true, describe: 'A file in UTF-8, of at most 4 MiB' },
  },
  options: {
    kind: { choices: TRACK_KINDS, default: 'captions', describe: 'The kind of text', requiresArg: true },
    lang: { type: 'string', demandOption: true, describe: 'The language, such as en or pt-BR', requiresArg: true },
    label: { type: 'string', describe: "The name in players; default: the language's own name", requiresArg: true },
    default: { type: 'boolean', default: false, describe: 'Show it by default in players' },
  },
  run: async (args, context) => {
    const text = await textOf(resolve(context.io.cwd, args.file), args.file)
    return runOperationCommand(args, context, 'adding a text track', async (rindle) => {
      const { kind, lang, label } = args
      const named = label === undefined ? {} : { label }
      const track = await rindle.addTrack({ id: args.assetId }, text, { kind, lang, ...named, default: args.default })
      return {
        summary: {
          track_id: track.id,
          kind: track.kind,
          lang: track.lang,
          label: printable(track.label),
          default: track.isDefault ? 'yes' : 'no',
        },
        notes: [`Remove it again with \`rindle remove-track ${args.assetId} ${track.id}\`.`],
        hasErrors: false,
      }
    })
  },
})

/** One byte more than a track may have: a larger file is refused by the size that was read of it. */
const MOST_READ = 4 * 1024 ** 2 + 1

async function textOf(path: string, name: string): Promise<Buffer> {
  try {
    await using file = await open(path)
    const buffer = Buffer.alloc(MOST_READ)
    let read = 0
    for (let bytes = -1; bytes !== 0 && read < buffer.length; read += bytes) {
      bytes = (await file.read(buffer, read, buffer.length - read, null)).bytesRead
    }
    return buffer.subarray(0, read)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a directory' : (code ?? 'unknown')
    throw new RindleError('invalid_input', `Cannot read ${printable(basename(name))}: ${why}.`, { cause: error })
  }
}
