import { readFile } from 'node:fs/promises'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { EngineArguments } from './engine-arguments.ts'
import { migrationAdapterFactory } from './migration-adapter.ts'

/** Node has it; its types are part of the browser's. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: object } }>
}

export type SchemaEngine = bindings.SchemaEngine

/** Starts Prisma's schema engine in its WebAssembly form. */
export async function loadEngine({ datamodelPaths, datasource }: EngineArguments): Promise<SchemaEngine> {
  await instantiate()
  const datamodels = await Promise.all(
    datamodelPaths.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'utf8')]),
  )
  return bindings.SchemaEngine.new(
    { datamodels: datamodels.length === 0 ? undefined : datamodels },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(migrationAdapterFactory(datasource)),
  )
}

/** By hand, because Node imports `.wasm` files without a flag only in its newest versions. */
async function instantiate(): Promise<void> {
  const file = new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': { ...bindings } })
  bindings.__wbg_set_wasm(instance.exports)
  const { __wbindgen_start: start } = instance.exports as { __wbindgen_start: () => void }
  start()
}
