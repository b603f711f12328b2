import { expect, test } from 'vitest'
import { startRindle } from './start-rindle.ts'

test('the program prints and ends with the exit code of its command', async () => {
  const version = startRindle(['--version'], { cwd: import.meta.dirname })
  expect(await version.ended).toBe(0)
  expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+/)
  const wrong = startRindle(['nope'], { cwd: import.meta.dirname })
  expect(await wrong.ended).toBe(2)
  expect(wrong.stderr()).toMatch(/^rindle: Unknown command "nope"\./)
})

test('a reader that goes away early is not reported as an error', async () => {
  const help = startRindle(['--help'], { cwd: import.meta.dirname })
  help.child.stdout.destroy()
  await help.ended
  expect(help.stderr()).toBe('')
})

test('the program ends although the configuration left a connection open', async () => {
  const open = 'data:text/javascript,setInterval(()=>{},1000)'
  const version = startRindle(['--version'], { cwd: import.meta.dirname, nodeOptions: ['--import', open] })
  expect(await version.ended).toBe(0)
})
