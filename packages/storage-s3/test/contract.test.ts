import { useS3Server } from '@rindle/test-s3'
import { afterAll } from 'vitest'
import { everyServer } from './on-every-server/every-server.ts'

const server = await useS3Server()
afterAll(() => server.stop())

everyServer(server)
