import type { Metadata } from 'next'
import type { ReactElement, ReactNode } from 'react'
import '@rindle/react/styles.css'
import './styles.css'

export const metadata: Metadata = { title: 'Gallery' }

export default function Layout({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  )
}
