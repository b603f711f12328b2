import { loadPdfium } from './pdfium.ts'

/** Loads PDFium and sharp, as work does. Rejects with the error of the one that is not installed. */
export async function tryOut(): Promise<{ sharp: string }> {
  await loadPdfium()
  const { SHARP_VERSION } = await import('./encode-page.ts')
  return { sharp: SHARP_VERSION }
}
