import type { Finding } from '../../ports/diagnosis.ts'

const OLDEST_NODE = [22, 12] as const

/** Platforms that end a process soon after its answer, by a variable that each of them sets. */
const SHORT_LIVED: Readonly<Record<string, string>> = {
  AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda',
  VERCEL: 'Vercel',
  NETLIFY: 'Netlify',
  FUNCTION_TARGET: 'Google Cloud Functions',
  FUNCTIONS_WORKER_RUNTIME: 'Azure Functions',
}

/** Checks the runtime of the process. Pure. */
export function nodeFindings(version: string, env: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  return [versionFinding(version), environmentFinding(env)]
}

function versionFinding(version: string): Finding {
  const id = 'node.version'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  const isSupported = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
  if (isSupported) return { id, status: 'ok', summary: `Node ${version}` }
  const needed = OLDEST_NODE.join('.')
  return {
    id,
    status: 'error',
    summary: `Node ${version} is too old`,
    fix: `Install Node ${needed} or newer.`,
  }
}

function environmentFinding(env: Readonly<Record<string, string | undefined>>): Finding {
  const id = 'node.environment'
  const platform = Object.entries(SHORT_LIVED).find(([variable]) => env[variable])?.[1]
  if (platform === undefined) return { id, status: 'ok', summary: 'processes may live as long as their work' }
  return {
    id,
    status: 'warn',
    summary: `${platform} ends a process soon after it has answered a request`,
    fix: 'Run `rindle worker` somewhere else, as a permanent process. Answer only requests here.',
  }
}
