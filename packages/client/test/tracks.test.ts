import { expect, it } from 'vitest'
import { problem } from './scripted-server.ts'
import { useServer } from './use-server.ts'

const { server, client } = useServer()
const TRACK = { text: 'WEBVTT', kind: 'captions', lang: 'en' } as const

it('adds a track and removes it', async () => {
  await expect(client().addTrack('asset-1', TRACK)).resolves.toMatchObject({ id: 'asset-1', tracks: [] })
  await client().removeTrack('asset-1', 'track-1')
  expect(server().log()).toEqual(['POST /assets/asset-1/tracks', 'DELETE /assets/asset-1/tracks/track-1'])
  expect(JSON.parse(server().requests[0]?.body.toString() ?? '')).toEqual(TRACK)
})

it('sends a track once, but its removal again after the line broke', async () => {
  server().interfere = () => (server().requests.length === 1 ? 'cut' : undefined)
  await expect(client().addTrack('asset-1', TRACK)).rejects.toMatchObject({ code: 'network_failed' })
  server().interfere = () => (server().requests.length === 2 ? 'cut' : undefined)
  await client().removeTrack('asset-1', 'track-1')
  expect(server().requests).toHaveLength(3)
})

it('tells why a track is refused', async () => {
  server().interfere = () => problem(400, 'invalid_input')
  await expect(client().addTrack('asset-1', TRACK)).rejects.toMatchObject({ code: 'invalid_input', status: 400 })
})
