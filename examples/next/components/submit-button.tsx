'use client'

import type { ReactElement, ReactNode } from 'react'
import { useFormStatus } from 'react-dom'

interface SubmitButtonProps {
  readonly children: ReactNode
  readonly className?: string
  readonly disabled?: boolean
}

/** Submits its form once: while the answer is awaited it does nothing, and says so. */
export function SubmitButton({ children, className = 'button', disabled = false }: SubmitButtonProps): ReactElement {
  const { pending } = useFormStatus()
  return (
    <button type="submit" className={className} disabled={disabled || pending} aria-busy={pending}>
      {children}
    </button>
  )
}
