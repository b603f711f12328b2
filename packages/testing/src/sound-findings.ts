import assert from 'node:assert/strict'
import { CHECK_STATUSES } from '@rindle/core'
import type { Finding } from '@rindle/core/adapter'

const ID = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/

/** Checks that an adapter's findings can be displayed unchanged, and that each problem says what to do. */
export async function soundFindings(findings: AsyncIterable<Finding>): Promise<void> {
  for await (const { id, status, summary, fix } of findings) {
    assert.match(id, ID)
    assert.ok(CHECK_STATUSES.includes(status), `${id} has the status ${status}`)
    assert.match(summary, /^\S.*[^.\s]$/, `the summary of ${id} is not one sentence without its full stop`)
    if (status === 'ok') assert.equal(fix, undefined, `${id} is fine, so there is nothing to do`)
    else assert.match(fix ?? '', /^\S.*\.$/, `${id} does not say what to do`)
  }
}
