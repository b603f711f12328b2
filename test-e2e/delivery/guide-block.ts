import { codeBlocks } from '../docs/code-blocks.ts'

/** A file as the page about CDNs prints it. */
export function guideBlock(name: string): string {
  const block = codeBlocks('docs/guide/cdn.md').find((each) => each.name === name)
  if (block === undefined) throw new Error(`docs/guide/cdn.md prints no ${name}.`)
  return block.text
}
