import { codeBlocks, pages } from './code-blocks.ts'
import { checkTypes } from './check-types.ts'
const blocks = pages().flatMap(codeBlocks)
console.log(Object.entries(Object.groupBy(blocks, (b) => b.language)).map(([k, v]) => `${k}:${v?.length}`).join(' '))
console.time('types')
for (const l of await checkTypes(blocks.filter((b) => ['ts', 'tsx'].includes(b.language)))) console.log(l)
console.timeEnd('types')
