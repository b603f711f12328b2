import type { LiveWorker, RuntimeStatus, StatusFinding } from '@rindle/core'
import type { Metadata } from 'next'
import type { ReactElement } from 'react'
import { requireMember } from '../../data/session.ts'
import { rindle } from '../../media/rindle.ts'

export const metadata: Metadata = { title: 'Operator' }

/** Every member may look, because this is an example: an application checks for a role here. */
export default async function OperatorPage(): Promise<ReactElement> {
  await requireMember()
  const [status, workers] = await Promise.all([rindle.runtimeStatus(), rindle.liveWorkers()])
  return (
    <>
      <h1>Operator</h1>
      <h2>What needs somebody</h2>
      {status.findings.length === 0 ? (
        <p className="success">Nothing: no work waits in vain, and nothing is broken.</p>
      ) : (
        <ul className="findings">
          {status.findings.map((finding) => (
            <Finding key={finding.class} finding={finding} />
          ))}
        </ul>
      )}
      <h2>Workers</h2>
      <Workers workers={workers} />
      <h2>What there is</h2>
      <Counts counts={status.counts} />
    </>
  )
}

function Finding({ finding }: { readonly finding: StatusFinding }): ReactElement {
  const { count, isAtLeast, severity, recommendation } = finding
  return (
    <li data-severity={severity}>
      <strong>
        {finding.class.replaceAll('_', ' ')}: {isAtLeast ? 'at least ' : ''}
        {count}
      </strong>
      <p>{recommendation.advice}</p>
      <code>{recommendation.command}</code>
    </li>
  )
}

function Workers({ workers }: { readonly workers: readonly LiveWorker[] }): ReactElement {
  if (workers.length === 0) return <p className="empty">None. Uploads wait until one is started: `rindle worker`.</p>
  return (
    <div className="table-box" role="region" aria-label="Workers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">Jobs at once</th>
            <th scope="col">Heard of</th>
          </tr>
        </thead>
        <tbody>
          {workers.map(({ id, host, processId, queues, beatAgeSeconds }) => (
            <tr key={id}>
              <th scope="row">
                {host}, {processId}
              </th>
              <td>
                {Object.entries(queues)
                  .map(([queue, jobs]) => `${queue.replace('rindle_', '')} ${jobs}`)
                  .join(', ')}
              </td>
              <td>{Math.round(beatAgeSeconds)} s ago</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Counts({ counts }: Pick<RuntimeStatus, 'counts'>): ReactElement {
  return (
    <div className="counts">
      {(['assets', 'variants', 'sessions'] as const).map((what) => (
        <section key={what} aria-labelledby={`count-${what}`}>
          <h3 id={`count-${what}`}>{what}</h3>
          <dl className="facts">
            {Object.entries(counts[what]).map(([state, count]) => (
              <div key={state}>
                <dt>{state}</dt>
                <dd>{count}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
