import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactElement } from 'react'
import { SubmitButton } from '../../../components/submit-button.tsx'
import { belongingsOf } from '../../../data/belongings.ts'
import { requireMember } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'
import { eraseAccount } from './erase-account.ts'

export const metadata: Metadata = { title: 'Erase your account' }

export default async function LeavePage(): Promise<ReactElement> {
  const member = await requireMember()
  const { posts, lessons, owners } = await belongingsOf(member.id)
  const previews = await Promise.all(owners.map((owner) => rindle.previewOwnerErasure(owner)))
  const purged = new Set(previews.flatMap(({ assetsToPurge }) => assetsToPurge))
  const shared = new Set(previews.flatMap(({ retainedSharedAssets }) => retainedSharedAssets))
  return (
    <div className="narrow">
      <h1>Erase your account</h1>
      <p className="lead">This will be deleted, {member.name}, and you cannot get it back:</p>
      <dl className="facts">
        <Fact name="Posts" value={posts.length} />
        <Fact name="Lessons" value={lessons.length} />
        <Fact name="Files, with everything made from them" value={purged.size} />
        {shared.size > 0 && <Fact name="Files that stay, because they are also used elsewhere" value={shared.size} />}
      </dl>
      <p className="hint">
        Files that you sent and never used are deleted within a week, and refused ones within a month.
      </p>
      <form action={eraseAccount} className="form">
        <label className="check">
          <input type="checkbox" name="sure" required /> I want all of this erased.
        </label>
        <div className="form-row">
          <SubmitButton className="button danger">Erase everything</SubmitButton>
          <Link href="/account" className="quiet-button">
            Keep it
          </Link>
        </div>
      </form>
    </div>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: number }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
