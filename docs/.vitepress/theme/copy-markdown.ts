import { useData, withBase } from 'vitepress'
import { defineComponent, h, ref, type VNode, watch } from 'vue'

const LABELS = { idle: 'Copy as Markdown', done: 'Copied', failed: 'Copying failed' } as const

/** Above each page: a button that copies its Markdown, and a link to it. Only a built site has these files. */
export const CopyMarkdown = defineComponent({
  name: 'CopyMarkdown',
  setup() {
    const { page } = useData()
    const state = ref<keyof typeof LABELS>('idle')
    watch(
      () => page.value.filePath,
      () => {
        state.value = 'idle'
      },
    )
    const address = (): string => withBase(`/${page.value.filePath}`)
    async function copy(): Promise<void> {
      try {
        const answer = await fetch(address())
        if (!answer.ok) throw new Error(`${address()} answered ${answer.status}.`)
        await navigator.clipboard.writeText(await answer.text())
        state.value = 'done'
      } catch (error) {
        console.warn(error)
        state.value = 'failed'
      }
    }
    return (): VNode | null =>
      import.meta.env.DEV || page.value.isNotFound === true
        ? null
        : h('div', { class: 'copy-markdown' }, [
            h('button', { type: 'button', onClick: copy, 'aria-live': 'polite' }, LABELS[state.value]),
            h('a', { href: address(), target: '_blank' }, 'View as Markdown'),
          ])
  },
})
