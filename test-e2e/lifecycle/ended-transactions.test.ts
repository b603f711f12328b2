import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

let application: Application<Awaited<ReturnType<typeof startApplication>>['rindle']['profiles']>
let database: pg.Client
let picture: Buffer

beforeAll(async () => {
  application = await startApplication()
  picture = await quadrants(16, 16)
  database = new pg.Client({ connectionString: application.databaseUrl })
  await database.connect()
  // A sequence counts on when the statement that called it is rolled back.
  await database.query(`
    create sequence rindle.tries;
    create table rindle.failing (times int not null, state text not null);
    create function rindle.fail() returns trigger language plpgsql as $$
    begin
      if nextval('rindle.tries') <= (select times from rindle.failing) then
        raise exception 'ended by the test' using errcode = (select state from rindle.failing);
      end if;
      return new;
    end $$;
    create trigger fail before insert on rindle.media_assets for each row execute function rindle.fail()`)
})
beforeEach(async () => {
  await database.query('delete from rindle.failing')
  await database.query('alter sequence rindle.tries restart')
})
afterAll(async () => {
  await database.end()
  await application[Symbol.asyncDispose]()
})

/** The database ends the next so many insertions of an asset with this SQLSTATE. */
async function failing(times: number, state: string): Promise<void> {
  await database.query('insert into rindle.failing values ($1, $2)', [times, state])
}

async function tries(): Promise<number> {
  const { rows } = await database.query('select last_value from rindle.tries')
  return Number(rows[0].last_value)
}

const declared = () => ({ filename: 'a.jpg', contentType: 'image/jpeg' })
const WAYS = {
  'a single statement': () =>
    application.rindle.initiateUpload('photo', { ...declared(), byteSize: picture.byteLength }),
  'a single statement that enqueues a job': () => application.rindle.uploadResumable('photo', picture, declared()),
  'a transaction': () => application.rindle.upload('photo', picture, declared()),
}

describe.each(Object.entries(WAYS))('%s', (_name, write) => {
  it.each(['40P01', '40001'])('that the database ends with %s runs again', async (state) => {
    await failing(2, state)
    await write()
    expect(await tries()).toBe(3)
  })

  it('is given up after the third deadlock, and the caller may try again', async () => {
    await failing(3, '40P01')
    await expect(write()).rejects.toMatchObject({ code: 'conflict', retryable: true })
    expect(await tries()).toBe(3)
    await write()
  })

  it('does not run again for another error', async () => {
    await failing(1, '22000')
    await expect(write()).rejects.toMatchObject({ code: '22000' })
    expect(await tries()).toBe(1)
  })
})
