import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, supervise } from '@rindle/test-s3'
import { guideBlock } from './guide-block.ts'

/** The reason for which no nginx can be started here, or `undefined`. */
export async function nginxMissing(): Promise<string | undefined> {
  const probe = spawn('nginx', ['-V'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  probe.stderr.on('data', (chunk) => {
    text += String(chunk)
  })
  const found = once(probe, 'close').then(
    () => true,
    () => false,
  )
  if (!(await found)) return 'there is no nginx on PATH (Debian: apt-get install nginx-light)'
  return text.includes('http_secure_link_module') ? undefined : 'the nginx on PATH has no secure_link'
}

/** A running nginx. */
export interface NginxServer {
  readonly baseUrl: string
  /** The directory that it delivers, below one of the server's own. */
  readonly root: string
  stop(): Promise<void>
}

/** Runs nginx with the configuration of the guide, as it is printed there: another port, directory and secrets. */
export async function startNginx(secrets: { readonly 1: string; readonly 2: string }): Promise<NginxServer> {
  const supervised = await supervise()
  const { directory } = supervised
  const root = join(directory, 'media')
  await mkdir(root)
  await chmod(directory, 0o755)
  const port = await freePort()
  const media = guideBlock('media.conf')
    .replaceAll('listen 443;', `listen 127.0.0.1:${port};`)
    .replaceAll('/var/lib/media/', `${root}/`)
    .replaceAll('SECRET_1', secrets[1])
    .replaceAll('SECRET_2', secrets[2])
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`)
  const own = `daemon off; master_process off; pid nginx.pid; error_log stderr; events { worker_connections 64; }`
  await writeFile(join(directory, 'nginx.conf'), `${own}\nhttp { access_log off; ${scratch.join(' ')}\n${media}\n}\n`)
  const program = { command: 'nginx', args: ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'] }
  const baseUrl = `http://127.0.0.1:${port}`
  try {
    await supervised.start('nginx', program, () => fetch(baseUrl))
  } catch (error) {
    await supervised.stop()
    throw error
  }
  return { baseUrl, root, stop: () => supervised.stop() }
}
