import { expect, it } from 'vitest'
import { problem } from './scripted-server.ts'
import { useServer } from './use-server.ts'

const { server, client } = useServer()

it('sets a focal point, and takes it away again', async () => {
  await expect(client().setFocus('asset-1', { x: 0.25, y: 0.5 })).resolves.toMatchObject({ focus: { x: 0.25, y: 0.5 } })
  await expect(client().setFocus('asset-1', null)).resolves.toMatchObject({ focus: null })
  expect(server().log()).toEqual(['POST /assets/asset-1/focus', 'POST /assets/asset-1/focus'])
  expect(server().requests.map(({ body }) => body.toString())).toEqual([
    '{"focus":{"x":0.25,"y":0.5}}',
    '{"focus":null}',
  ])
})

it('sends a focal point again after the line broke', async () => {
  server().interfere = () => (server().requests.length === 1 ? 'cut' : undefined)
  await expect(client().setFocus('asset-1', { x: 1, y: 0 })).resolves.toMatchObject({ focus: { x: 1, y: 0 } })
  expect(server().requests).toHaveLength(2)
})

it('does not ask twice whether it may set a focal point', async () => {
  server().interfere = () => problem(403, 'forbidden')
  await expect(client().setFocus('asset-1', null)).rejects.toMatchObject({ code: 'forbidden', status: 403 })
  expect(server().requests).toHaveLength(1)
})

it('ends when it is cancelled', async () => {
  server().interfere = () => 'hang'
  const controller = new AbortController()
  const set = client().setFocus('asset-1', null, { signal: controller.signal })
  controller.abort(new Error('left the page'))
  await expect(set).rejects.toThrow('left the page')
})
