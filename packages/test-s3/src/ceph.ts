import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { assertServing } from './assert-serving.ts'
import { bucketsOf } from './buckets.ts'
import { cephConfig, monitorAddress } from './ceph-config.ts'
import { freePort } from './free-port.ts'
import { findOnPath } from './minio-binary.ts'
import type { OwnS3Server } from './s3-server.ts'
import { type Supervised, supervise } from './supervise.ts'

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']
const PACKAGES = 'radosgw ceph-mon ceph-osd ceph-common'
const COMMAND_TIMEOUT_MS = 30_000

const run = promisify(execFile)

/** Runs a program of Ceph against the cluster and returns its output. */
type CephCommand = (program: string, ...args: readonly string[]) => Promise<string>

/** Why Ceph is not available here, as a sentence that names the packages to install, or `undefined`. */
export async function cephMissing(): Promise<string | undefined> {
  const paths = await Promise.all(PROGRAMS.map(findOnPath))
  const missing = PROGRAMS.filter((_program, index) => paths[index] === undefined)
  if (missing.length === 0) return undefined
  return `Ceph is not installed (no ${missing.join(', ')}). On Debian: apt-get install --no-install-recommends ${PACKAGES}`
}

/** Starts a cluster of one machine, in memory, with a gateway that speaks S3. Takes about ten seconds. */
export async function startCeph(): Promise<OwnS3Server> {
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()]
  const server = {
    endpoint: `http://127.0.0.1:${gatewayPort}`,
    region: 'us-east-1',
    accessKeyId: 'rindle-test',
    secretAccessKey: randomBytes(16).toString('hex'),
  }
  const buckets = bucketsOf(server)
  const supervised = await supervise()
  const { directory } = supervised
  const layout = { directory, clusterId: randomUUID(), monitorPort, gatewayPort }
  const command = commandOf(join(directory, 'ceph.conf'))
  const gateway = daemon(directory, 'radosgw', '-n', 'client.rgw.a')
  const startGateway = (): Promise<void> => supervised.start('radosgw', gateway, () => assertServing(server.endpoint))
  try {
    await writeFile(join(directory, 'ceph.conf'), cephConfig(layout))
    for (const name of ['mon', 'osd', 'rgw', 'crash']) await mkdir(join(directory, name))
    await startMonitor(supervised, command, layout)
    await startStore(supervised, command)
    await startGateway()
    const { accessKeyId, secretAccessKey } = server
    const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`]
    await command('radosgw-admin', 'user', 'create', '--uid=rindle', '--display-name=rindle', ...keys)
  } catch (error) {
    await supervised.stop()
    throw error
  }
  return {
    kind: 'ceph',
    signedChecksum: 'x-amz-content-sha256',
    ...server,
    createBucket: () => buckets.create(),
    kill: () => supervised.kill('radosgw'),
    restart: startGateway,
    stop: () => supervised.stop(),
  }
}

async function startMonitor(
  supervised: Supervised,
  command: CephCommand,
  { directory, clusterId, monitorPort }: { directory: string; clusterId: string; monitorPort: number },
): Promise<void> {
  const [keyring, map] = [join(directory, 'keyring'), join(directory, 'monmap')]
  const key = (name: string, ...caps: readonly string[]): Promise<string> =>
    command('ceph-authtool', keyring, '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]))
  await command('ceph-authtool', '--create-keyring', keyring)
  await key('mon.', 'mon=allow *')
  await key('client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *')
  await key('client.rgw.a', 'mon=allow rwx', 'osd=allow rwx', 'mgr=allow rw')
  await command('monmaptool', '--create', '--addv', 'a', monitorAddress(monitorPort), '--fsid', clusterId, map)
  await command('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring)
  await supervised.start('ceph-mon', daemon(directory, 'ceph-mon', '-i', 'a'), () =>
    command('ceph', '--connect-timeout', '2', 'status'),
  )
}

async function startStore(supervised: Supervised, command: CephCommand): Promise<void> {
  const { directory } = supervised
  const storeId = randomUUID()
  const id = (await command('ceph', 'osd', 'new', storeId)).trim()
  const caps = ['--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow profile osd']
  await command('ceph-authtool', join(directory, 'keyring'), '--gen-key', '-n', `osd.${id}`, ...caps)
  await command('ceph', 'auth', 'import', '-i', join(directory, 'keyring'))
  await command('ceph-osd', '-i', id, '--mkfs', '--osd-uuid', storeId)
  await supervised.start('ceph-osd', daemon(directory, 'ceph-osd', '-i', id), async () => {
    const { num_up_osds: up } = JSON.parse(await command('ceph', 'osd', 'stat', '--format', 'json')) as {
      num_up_osds: number
    }
    if (up < 1) throw new Error('The store is not up yet.')
  })
}

function daemon(directory: string, command: string, ...args: readonly string[]): { command: string; args: string[] } {
  return { command, args: [...args, '-f', '-c', join(directory, 'ceph.conf')] }
}

function commandOf(config: string): CephCommand {
  return async (program, ...args) => {
    const { stdout } = await run(program, args, {
      env: { ...process.env, CEPH_CONF: config },
      timeout: COMMAND_TIMEOUT_MS,
    })
    return stdout
  }
}
