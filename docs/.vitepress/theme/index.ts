import type { Theme } from 'vitepress'
import theme from 'vitepress/theme-without-fonts'
import { h } from 'vue'
import { CopyMarkdown } from './copy-markdown.ts'
import './style.css'

export default {
  extends: theme,
  Layout: () => h(theme.Layout, null, { 'doc-before': () => h(CopyMarkdown) }),
} satisfies Theme
