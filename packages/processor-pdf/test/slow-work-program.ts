// An application that makes slow work of the file that its argument names, until it is killed.
import { tmpdir } from 'node:os'
import { processRequest } from '@rindle/testing'
import { pdfProcessor } from '../src/index.ts'
import { pdf, pdfPageKind } from '../src/recipes/index.ts'

const source = { path: process.argv[2] ?? '', contentType: 'application/pdf', byteSize: 1 }
const recipes = { slow: pdf.page({ width: 2000 }) }
const request = processRequest([pdfPageKind], source, recipes, tmpdir(), { onOutcome: () => Promise.resolve() })
await pdfProcessor().process(request)
