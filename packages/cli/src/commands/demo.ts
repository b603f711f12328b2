import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import open from 'open'
import { aborted } from '../aborted.ts'
import { type Command, defineCommand } from '../command.ts'
import { databaseUrl } from '../database-url.ts'
import { conclude } from '../demo/conclude.ts'
import { makeContactSheet } from '../demo/contact-sheet.ts'
import { demoLog } from '../demo/demo-log.ts'
import { loadDemoPackages } from '../demo/demo-packages.ts'
import { assertFiles, demoSources } from '../demo/demo-sources.ts'
import { processFiles } from '../demo/process-files.ts'
import { withDemo } from '../demo/with-demo.ts'

const DIRECTORY = '.rindle'
const SHEET = `${DIRECTORY}/contact-sheet.png`

/** `rindle demo`: demonstrates Rindle on a machine that has nothing but Node. */
export const demo: Command = defineCommand({
  usage: 'demo [files..]',
  describe: 'Try Rindle on your own files, or on sample photos',
  examples: [
    ['demo', 'Use two sample photos'],
    ['demo holiday/*.jpg clip.mp4', 'Use your photos, videos and recordings'],
    ['demo --urls', 'Print the signed URL of every file'],
    ['demo --keep', 'Keep serving the URLs until Ctrl-C, also in scripts'],
  ],
  positionals: {
    files: { type: 'string', array: true, default: [] as string[], describe: 'Paths of images, videos and recordings' },
  },
  options: {
    keep: { type: 'boolean', describe: 'Keep serving the URLs until Ctrl-C  [default: yes, on a terminal]' },
    urls: { type: 'boolean', describe: 'Print the signed URLs  [default: no, on a terminal]' },
    open: { type: 'boolean', default: false, describe: 'Open the contact sheet when it is made' },
  },
  run: async (args, context) => {
    const { io, report } = context
    await assertFiles(args.files, io.cwd)
    const packages = await loadDemoPackages()
    const log = demoLog((line) => report.note(line))
    const isTerminal = io.stdout.isTTY === true && report.format === 'text'
    const isKept = args.keep ?? isTerminal
    const hasUrls = args.urls ?? !isTerminal
    // Not that of the environment: that one belongs to an application, and the demo uses its own database.
    const url = args.databaseUrl === undefined ? undefined : databaseUrl(args, io.env)
    if (url === undefined) report.note(`Starting PostgreSQL in ${DIRECTORY}/ …`)
    const place = { directory: join(io.cwd, DIRECTORY), databaseUrl: url }
    return withDemo(packages, place, log, async (running) => {
      const sources = await demoSources(args.files, io.cwd, packages.sharp)
      const { files, rows } = await processFiles(sources, { demo: running, packages, context })
      await writeFile(join(io.cwd, SHEET), await makeContactSheet(packages.sharp, rows))
      if (args.open) await open(join(io.cwd, SHEET))
      const { outcome, isServing } = conclude(
        files,
        { sheet: SHEET, rows, isKept, hasUrls, link: running.link },
        context,
      )
      if (!isServing) return outcome
      // Printed first, because a script needs the URLs while the demo serves them.
      report.document(outcome.document)
      await aborted(io.signal)
      return outcome
    })
  },
})
