import type { ProcessorBreakage } from './breakage.ts'

export const thumbHashBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'makes the ThumbHash of a picture in base64, the same for concurrent calls',
    how: 'gives it in hex',
    breaks: (good) => ({
      async thumbHash(picture, options) {
        const hash = await good.thumbHash?.(picture, options)
        return Buffer.from(hash ?? '', 'base64')
          .toString('hex')
          .repeat(9)
      },
    }),
  },
  {
    caseName: 'makes the ThumbHash of a picture in base64, the same for concurrent calls',
    how: 'counts its calls in it',
    breaks: () => {
      let calls = 0
      return {
        async thumbHash() {
          calls += 1
          return Buffer.from(`call ${calls}`).toString('base64')
        },
      }
    },
  },
  {
    caseName: 'refuses the ThumbHash of a picture beyond its limits with limit_exceeded',
    how: 'knows no limits of a ThumbHash',
    breaks: (good) => ({
      thumbHash: async (picture, { signal }) =>
        (await good.thumbHash?.(picture, { signal, limits: { maxPixels: Infinity } })) ?? '',
    }),
  },
  {
    caseName: 'rejects a ThumbHash whose signal is aborted already with its reason',
    how: 'ignores the signal of a ThumbHash',
    breaks: (good) => ({
      thumbHash: async (picture, { limits }) =>
        (await good.thumbHash?.(picture, { limits, signal: new AbortController().signal })) ?? '',
    }),
  },
]
