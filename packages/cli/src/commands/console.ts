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
  describe: 'Open the console in a browser of this machine',
  examples: [
    ['console', 'Look at everything, and change nothing'],
    ['console --allow-verbs', 'Repair by clicks; each change is in the operator log'],
  ],
  positionals: {},
  options: {
    'allow-verbs': { type: 'boolean', default: false, describe: 'Let its buttons change things' },
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
      report.line('The link opens it once, in one browser of this machine. Ctrl-C ends it.')
      if (!mayChange) report.line('It changes nothing. --allow-verbs lets its buttons repair.')
      // Printed first, because a script needs the link while the console answers.
      report.document(document)
      if (args.open) await open(gate.link)
      await aborted(io.signal)
      return { exitCode: 0, document }
    })
  },
})
