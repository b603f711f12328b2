import open from 'open'
import { aborted } from '../aborted.ts'
import { assertPort } from '../assert-port.ts'
import { type Command, defineCommand } from '../command.ts'
import { consoleGate } from '../console/console-gate.ts'
import { startFileServer } from '../demo/file-server.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle console`: the operators' console for the person at this terminal. */
export const console: Command = defineCommand({
  usage: 'console',
  describe: 'Open the console in a browser on this machine',
  examples: [
    ['console', 'View everything, and change nothing'],
    ['console --allow-verbs', 'Allow repairs; the operator log records each of them'],
  ],
  positionals: {},
  options: {
    'allow-verbs': { type: 'boolean', default: false, describe: 'Allow its buttons to change things' },
    port: { type: 'number', requiresArg: true, describe: 'The port on 127.0.0.1  [default: any free one]' },
    open: { type: 'boolean', default: false, describe: 'Open the browser' },
  },
  run: async (args, { io, report }) => {
    const { port = 0 } = args
    assertPort('port', port)
    const mayChange = args['allow-verbs']
    return withRindle(args, io, async (rindle) => {
      await rindle.start()
      await using server = await startFileServer(port)
      const actorId = `${io.env['USER'] ?? io.env['USERNAME'] ?? 'somebody'} at a terminal`
      const gate = consoleGate(rindle, { url: server.url, mayChange, title: 'rindle console', actorId, page: '/' })
      server.answer = async (request) => (await gate.answer(request)) ?? new Response('Not found.\n', { status: 404 })
      const document = { url: gate.link, allowVerbs: mayChange }
      report.line(`Console: ${gate.link}`)
      report.line('The link works once, in one browser on this machine. Press Ctrl-C to stop.')
      if (!mayChange) report.line('This console is read-only. Use --allow-verbs to allow repairs.')
      // Printed first, because a script needs the link while the console answers.
      report.document(document)
      if (args.open) await open(gate.link)
      await aborted(io.signal)
      return { exitCode: 0, document }
    })
  },
})
