import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { percentOf } from '../src/process-variants.ts'
import { ProgressReader } from '../src/progress-reader.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests } from './clips.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { outcomesOf, VIDEO } from './workbench.ts'

removeAfterTests()

describe('the progress that FFmpeg reports', () => {
  const block = (time: string, frame: number, end = 'continue') =>
    `frame=${frame}\nfps=25.0\nout_time_us=${time}\nout_time_ms=${time}\nspeed=1x\nprogress=${end}\n`

  it('is read wherever a chunk ends', () => {
    const text = Buffer.from(block('40000', 1) + block('1500000', 30) + block('2000000', 50, 'end'))
    for (let cut = 0; cut <= text.length; cut += 1) {
      const seconds: number[] = []
      const reader = new ProgressReader((value) => seconds.push(value))
      reader.read(text.subarray(0, cut))
      reader.read(text.subarray(cut))
      expect(seconds).toEqual([0.04, 1.5, 2])
    }
  })

  it('is a sign of life only when something was done', () => {
    const reader = new ProgressReader(() => {})
    expect(reader.read(Buffer.from(block('0', 0)))).toBe(true)
    expect(reader.read(Buffer.from(block('0', 0)))).toBe(false)
    expect(reader.read(Buffer.from(block('0', 1)))).toBe(true)
    expect(reader.read(Buffer.from('frame='))).toBe(false)
    expect(reader.read(Buffer.from(block('N/A', 1)))).toBe(true)
    expect(reader.read(Buffer.from(block('N/A', 1, 'end')))).toBe(true)
  })

  it('becomes percentages that only grow, even for media without a duration', () => {
    const percents: number[] = []
    const report = percentOf((percent) => percents.push(percent))
    for (const part of [0 / 0, 0.1, 0 / 0, 0.05, 5 / 0, 0 / 0]) report(part)
    expect(percents).toEqual([10, 99])
  })

  it('never goes back, and reaches 100 only at the end', async () => {
    const said = [500_000, 300_000, 900_000, 90_000_000].map((time) => `out_time_us=${time}\\nprogress=continue\\n`)
    const ffmpegPath = await fakeFfmpeg(`printf '${said.join('')}'; exec "$real" "$@"`)
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), DRAWN.sine(1), H264, AAC)
    const processor = avProcessor({ ffmpegPath, ffprobePath: INSTALLER.programs.ffprobePath })
    const seen: number[] = []
    await outcomesOf(processor, source, { video: VIDEO }, { onProgress: (_name, percent) => seen.push(percent) })
    expect(seen.slice(2)).toEqual([99, 100])
    expect(seen.slice(0, 2)).toEqual([expect.closeTo(49, -1), expect.closeTo(88, -1)])
  })
})
