import { defineConfig } from 'vitepress'
import { textOf } from '../generator/repository.ts'
import { fillHomePage, type HomePage } from './home-page.ts'
import { writeMarkdownCopies } from './markdown-copies.ts'
import { referenceMenu } from './reference-menu.ts'
import { search } from './search.ts'

const { version } = JSON.parse(textOf('packages/core/package.json')) as { version: string }
// A workflow of GitHub sets both. A build on another machine does not know where the repository is published.
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
const repositoryUrl = GITHUB_REPOSITORY === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`

export default defineConfig({
  title: 'Rindle',
  description: 'Media, made durable: uploads, variants and delivery for Node and PostgreSQL.',
  lang: 'en',
  base: process.env.RINDLE_DOCS_BASE ?? '/',
  srcExclude: ['parts/**', 'drawn/**', 'README.md'],
  cleanUrls: true,
  metaChunk: true,
  // The largest chunk is the index of the search, which is loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  buildEnd: writeMarkdownCopies,
  transformPageData({ relativePath, frontmatter }) {
    if (relativePath === 'index.md') fillHomePage(frontmatter as HomePage, { repositoryUrl })
  },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    search: { provider: 'local', options: search },
    ...(repositoryUrl === undefined ? {} : { socialLinks: [{ icon: 'github', link: repositoryUrl }] }),
    outline: { level: [2, 3] },
    nav: [
      { text: 'Start', link: '/start/', activeMatch: '^/start/' },
      { text: 'Guide', link: '/guide/concepts', activeMatch: '^/guide/' },
      { text: 'Reference', link: '/reference/options', activeMatch: '^/reference/' },
      { text: version, link: '/reference/changelog', activeMatch: '^$' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Install', link: '/start/install' },
          { text: 'A running application', link: '/start/create' },
          { text: 'Images in ten minutes', link: '/start/' },
          { text: 'An avatar in forty lines', link: '/start/forty-lines' },
          { text: 'Video and sound', link: '/start/av' },
          { text: 'From nothing to production', link: '/start/production' },
          { text: 'Comparison', link: '/guide/comparison' },
          { text: 'Limits', link: '/guide/limits' },
        ],
      },
      {
        text: 'Deployment',
        items: [
          { text: 'Docker and compose', link: '/deploy/docker' },
          { text: 'systemd', link: '/deploy/systemd' },
          { text: 'nginx in front', link: '/deploy/nginx' },
          { text: 'Kubernetes', link: '/deploy/kubernetes' },
          { text: "A bucket's settings", link: '/deploy/bucket' },
          { text: 'Probes and shutdown', link: '/deploy/probes' },
          { text: 'Rolling deploys', link: '/deploy/releases' },
          { text: 'Backups', link: '/deploy/backups' },
          { text: 'Capacity', link: '/deploy/capacity' },
        ],
      },
      {
        text: 'Frameworks',
        items: [
          { text: 'All frameworks', link: '/frameworks/' },
          { text: 'Next.js', link: '/frameworks/nextjs' },
          { text: 'Hono', link: '/frameworks/hono' },
          { text: 'Express', link: '/frameworks/express' },
          { text: 'Fastify', link: '/frameworks/fastify' },
          { text: 'NestJS', link: '/frameworks/nestjs' },
          { text: 'SvelteKit', link: '/frameworks/sveltekit' },
          { text: 'Nuxt', link: '/frameworks/nuxt' },
          { text: 'TanStack Start', link: '/frameworks/tanstack-start' },
          { text: 'node:http', link: '/frameworks/node' },
        ],
      },
      {
        text: 'Recipes',
        collapsed: true,
        items: [
          { text: 'All recipes', link: '/recipes/' },
          { text: 'In your own transaction', link: '/recipes/transactions' },
          { text: 'An id that a client sent', link: '/recipes/attach-uploaded' },
          { text: 'react-hook-form', link: '/recipes/react-hook-form' },
          { text: 'A server action', link: '/recipes/server-action' },
          { text: 'A form without a script', link: '/recipes/plain-form' },
          { text: 'Uppy', link: '/recipes/uppy' },
          { text: 'FilePond', link: '/recipes/filepond' },
          { text: 'A gallery', link: '/recipes/gallery' },
          { text: 'Private documents', link: '/recipes/private-documents' },
          { text: 'A course with video', link: '/recipes/video-course' },
          { text: 'Files for guests', link: '/recipes/guests' },
          { text: 'Test your application', link: '/recipes/testing' },
        ],
      },
      {
        text: 'Guide',
        items: [
          { text: 'Concepts', link: '/guide/concepts' },
          { text: 'Glossary', link: '/guide/glossary' },
          { text: 'Profiles and recipes', link: '/guide/profiles' },
          { text: 'Uploads', link: '/guide/uploads' },
          { text: 'Pictures in pages', link: '/guide/pictures' },
          { text: 'Videos in pages', link: '/guide/streaming' },
          { text: 'Delivery', link: '/guide/delivery' },
          { text: 'Focus and placeholders', link: '/guide/focus-and-placeholders' },
          { text: 'Captions', link: '/guide/captions' },
          { text: 'Images on demand', link: '/guide/images-on-demand' },
          { text: 'Making streams', link: '/guide/making-streams' },
          { text: 'Playing streams', link: '/guide/playing-streams' },
          { text: 'Trash and holds', link: '/guide/trash' },
          { text: 'Files of your own', link: '/guide/own-files' },
          { text: 'Security', link: '/guide/security' },
          { text: 'Background work', link: '/guide/work' },
          { text: 'Functions on Vercel', link: '/guide/functions-on-vercel' },
          { text: 'Functions on AWS Lambda', link: '/guide/functions-on-lambda' },
          { text: 'Hooks and webhooks', link: '/guide/hooks' },
          { text: 'Storages', link: '/guide/storages' },
          { text: 'Azure Blob', link: '/guide/azure' },
          { text: 'A CDN in front', link: '/guide/cdn' },
          { text: 'Files that you have', link: '/guide/adopt' },
          { text: 'Benchmarks', link: '/guide/benchmarks' },
        ],
      },
      {
        text: 'Day two',
        items: [
          { text: 'Quotas', link: '/guide/quotas' },
          { text: 'Tenants', link: '/guide/tenants' },
          { text: 'A large PostgreSQL', link: '/guide/postgresql' },
          { text: 'Operations, by symptom', link: '/guide/operations' },
          { text: 'Moving and mirroring', link: '/guide/moving' },
          { text: 'The console', link: '/guide/console' },
          { text: 'Troubleshooting', link: '/guide/troubleshooting' },
          { text: 'Upgrading', link: '/guide/upgrading' },
          { text: 'Writing an adapter', link: '/guide/adapters' },
          { text: 'Writing a processor', link: '/guide/write-a-processor' },
        ],
      },
      {
        text: 'Coming from',
        items: [
          { text: 'multer and sharp', link: '/from/multer-and-sharp' },
          { text: 'Active Storage', link: '/from/active-storage' },
          { text: 'Payload', link: '/from/payload' },
          { text: 'Laravel medialibrary', link: '/from/medialibrary' },
          { text: 'A hosted uploader', link: '/from/hosted-uploaders' },
        ],
      },
      ...referenceMenu(),
    ],
  },
})
