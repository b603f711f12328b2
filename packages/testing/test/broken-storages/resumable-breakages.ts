import { companionKey, type ResumableStorage } from '@rindle/core/adapter'
import type { MemoryStorage } from '@rindle/testing'
import { type Breakage, type Change, spoiling } from './breakage.ts'

const PARTIAL = companionKey('album/film.txt', 'partial')

function resuming(change: (good: ResumableStorage, storage: MemoryStorage) => Partial<ResumableStorage>): Change {
  return (good) => ({ resumable: { ...good.resumable, ...change(good.resumable, good) } })
}

/** Forgets the bytes that the state says are there. */
const startingOver = resuming((good) => ({
  append: (key, state, body, options) => good.append(key, { ...state, offset: 0 }, body, options),
}))

export const resumableBreakages: readonly Breakage[] = [
  {
    caseName: 'makes one object of bodies that came one after the other, and shows nothing before',
    how: 'begins anew with every body',
    breaks: startingOver,
  },
  {
    caseName: 'changes no later chunk, unless they are disposable',
    how: 'gives the memory of every chunk free',
    breaks: resuming((good) => ({
      append: (key, state, body, options) => good.append(key, state, spoiling(body), options),
    })),
  },
  {
    caseName: 'knows the last bytes of an upload whose length was declared',
    how: 'finishes with what the first body had',
    breaks: resuming((good) => ({
      finish: (key, state, options) => good.finish(key, { ...state, offset: state.offset - 1000 }, options),
    })),
  },
  {
    caseName: 'continues from any kept state, whatever a killed process did after it',
    how: 'puts new bytes after whatever is there',
    breaks: resuming((good, storage) => ({
      async *append(key, state, body, options) {
        const offset = (await storage.head(PARTIAL))?.byteSize ?? 0
        yield* good.append(key, { ...state, offset }, body, options)
      },
    })),
  },
  {
    caseName: 'rejects with the error of a body that fails, and continues from the last yielded state',
    how: 'takes a body that fails for one that ends',
    breaks: resuming((good) => ({
      async *append(key, state, body, options) {
        try {
          yield* good.append(key, state, body, options)
        } catch {
          yield state
        }
      },
    })),
  },
  {
    caseName: 'yields once for a body that counts as a whole, and never when it fails',
    how: 'yields before the end',
    breaks: resuming((good) => ({
      async *append(key, state, body, options) {
        yield state
        yield* good.append(key, state, body, options)
      },
    })),
  },
  {
    caseName: 'ends an append with the reason of a signal, and continues from the previous state',
    how: 'rejects with an error of its own',
    breaks: resuming((good) => ({
      async *append(key, state, body, options) {
        try {
          yield* good.append(key, state, body, options)
        } catch {
          throw new Error('It was aborted.')
        }
      },
    })),
  },
  {
    caseName: 'finishes an upload any number of times, one of no bytes too',
    how: 'refuses the second time',
    breaks: (good) => {
      let finished = 0
      return {
        resumable: {
          ...good.resumable,
          finish: async (key, state, options) => {
            finished += 1
            if (finished > 2) throw new Error('It is finished.')
            return good.resumable.finish(key, state, options)
          },
        },
      }
    },
  },
  {
    caseName: 'leaves nothing of an aborted upload, any number of times',
    how: 'gives up in name only',
    breaks: resuming(() => ({ abort: async () => {} })),
  },
]
