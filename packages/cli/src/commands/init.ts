import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RindleError } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { type ConfigChoice, configTemplate, environmentFor, LANES, packagesFor, STORAGES } from '../config-template.ts'
import { existingConfig } from '../load-config.ts'

const FILE = 'rindle.config.ts'

/** `rindle init`: writes a first configuration file. */
export const init: Command = defineCommand({
  usage: 'init',
  describe: 'Write a first rindle.config.ts',
  examples: [
    ['init', 'Files on this disk, image variants'],
    ['init --storage s3 --lane av', 'A bucket, and video besides images'],
  ],
  positionals: {},
  options: {
    storage: { choices: STORAGES, default: 'local', describe: 'Where files are kept' },
    lane: { choices: LANES, default: 'image', describe: 'Image variants only, or video and audio too' },
  },
  run: async (args, { io, report }) => {
    const choice: ConfigChoice = { storage: args.storage, lane: args.lane }
    const found = await existingConfig(io.cwd)
    if (found !== undefined) {
      throw new RindleError('invalid_input', `${found} already exists. Remove or rename it to start over.`)
    }
    // The flag decides the race with another process that writes the same file.
    await writeFile(join(io.cwd, FILE), configTemplate(choice), { flag: 'wx' })
    report.line(`Wrote ${FILE}. Next:`)
    for (const [index, step] of nextSteps(choice).entries()) report.line(`  ${index + 1}. ${step}`)
    const document = { file: FILE, packages: [...packagesFor(choice)], environment: [...environmentFor(choice)] }
    return { exitCode: 0, document }
  },
})

function nextSteps(choice: ConfigChoice): readonly string[] {
  return [
    `npm install ${packagesFor(choice).join(' ')}`,
    ...environmentFor(choice).map((name) => `Set ${name} in the environment${hintOn(name)}.`),
    'npx rindle migrate',
    'npx rindle worker',
    'npx rindle upload photo <file> --wait',
  ]
}

function hintOn(name: string): string {
  if (name === 'DATABASE_URL') return ': postgres://user:password@host:5432/database'
  return name === 'RINDLE_SIGNING_KEY' ? ': 32 random characters or more, kept secret' : ''
}
