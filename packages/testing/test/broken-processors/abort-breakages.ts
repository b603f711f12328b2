import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProcessorBreakage, requesting } from './breakage.ts'

const never = new AbortController().signal

export const abortBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'rejects work whose signal is aborted already with its reason, and makes nothing',
    how: 'makes what nobody wants',
    breaks: requesting(() => ({ signal: never })),
  },
  {
    caseName: 'rejects work whose signal is aborted already with its reason, and makes nothing',
    how: 'forgets the reason of an abort',
    breaks: (good) => ({
      process: (request) =>
        good.process(request).catch(() => {
          throw new Error('Cancelled.')
        }),
    }),
  },
  {
    caseName: 'ends running work within a second of its abort, with the reason, and can do other work then',
    how: 'goes on after an abort',
    breaks: requesting(({ signal }) => (signal.aborted ? {} : { signal: never })),
  },
  {
    caseName: 'writes nothing more once aborted work has ended',
    how: 'leaves something to write for later',
    breaks: (good) => {
      const late: (() => Promise<void>)[] = []
      return {
        process: (request) => {
          late.push(() => writeFile(join(request.directory, 'late'), ''))
          return good.process(request)
        },
        stop: async () => {
          for (const write of late.splice(0)) await write()
        },
      }
    },
  },
  {
    caseName: 'hands over nothing after an abort between two variants, and ends with the reason',
    how: 'makes the rest all the same',
    breaks: requesting(() => ({ signal: never })),
  },
  {
    caseName: 'stops when the running work has ended',
    how: 'stops at once',
    breaks: () => ({ stop: async () => {} }),
  },
]
