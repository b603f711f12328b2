import { NOTIFY_TARGETS } from '../events/wanted-events.ts'
import type { Runtime } from '../kernel/runtime.ts'

/**
 * Writes down what the targets of this process want, so that every process writes their events from now on. Of two
 * versions, the one that started later is right.
 */
export async function declareTargets({ database, hooks, startedAt }: Runtime): Promise<void> {
  const targets = [...hooks.targets.values()].map(({ name, kind, types, profiles }) => ({
    name,
    kind,
    types: types.toSorted(),
    profiles: profiles.toSorted(),
  }))
  if (targets.length === 0) return
  await database.executeSql(
    `insert into rindle.media_event_targets as target (name, kind, types, profiles, declared_at)
     select name, kind, array(select jsonb_array_elements_text(types)),
       array(select jsonb_array_elements_text(profiles)), $2::timestamptz
     from jsonb_to_recordset($1::jsonb) as given(name text, kind text, types jsonb, profiles jsonb)
     order by name
     on conflict (name) do update set kind = excluded.kind, types = excluded.types, profiles = excluded.profiles,
       declared_at = excluded.declared_at, updated_at = now()
     where target.declared_at < excluded.declared_at or (
       target.declared_at = excluded.declared_at
       and (target.kind, target.types, target.profiles) is distinct from (excluded.kind, excluded.types, excluded.profiles))
     returning ${NOTIFY_TARGETS}`,
    [JSON.stringify(targets), startedAt.toISOString()],
  )
  hooks.wanted.forget()
}
