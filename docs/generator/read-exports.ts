import path from 'node:path'
import ts from 'typescript'
import { declarationText } from './declaration-text.ts'
import { type PublishedPackage, publishedPackages, repository } from './repository.ts'

/** A property, a method or an option of an exported type. */
export interface Member {
  readonly name: string
  readonly type: string
  /** As its source writes it, without its comment. */
  readonly code: string
  readonly isOptional: boolean
  /** Empty without a comment. */
  readonly doc: string
  /** The text of its `@default`; empty for none. */
  readonly default: string
  /** The page that its `@see` names, from the root of the site; empty for none. */
  readonly see: string
}

/** One export of a package, as its sources declare it. */
export interface Export {
  readonly package: PublishedPackage
  /** The import specifier. */
  readonly specifier: string
  readonly name: string
  readonly kind: 'class' | 'constant' | 'function' | 'interface' | 'type'
  /** The source folder that declares it, or the file if there is no folder. */
  readonly area: string
  /** The file that declares it, below the package's `src`, without its extension. */
  readonly source: string
  /** Empty without a comment. */
  readonly doc: string
  /** Its declaration, without bodies. */
  readonly code: string
  /** Of interfaces, and the documented properties of constants. */
  readonly members: readonly Member[]
}

/** An export of another module, ours or not. */
export interface Reexport {
  readonly package: PublishedPackage
  readonly name: string
  readonly from: string
}

/** Everything that the published packages export at every entry, read from their sources. */
export function readExports(): { readonly own: readonly Export[]; readonly others: readonly Reexport[] } {
  const entries = publishedPackages().flatMap((found) =>
    found.entries.map(({ specifier, source }) => ({ found, specifier, file: path.join(repository, source) })),
  )
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2024,
      customConditions: ['dev-source'],
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      types: [],
    },
  )
  const checker = program.getTypeChecker()
  const own: Export[] = []
  const others: Reexport[] = []
  for (const { found, specifier, file } of entries) {
    for (const symbol of exportsOf(program, file)) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const declaration = target.declarations?.[0]
      if (declaration === undefined) throw new Error(`${found.name} exports ${symbol.name}, which nothing declares.`)
      const owner = ownerOf(declaration)
      if (owner === found.folder) own.push({ ...exportOf(found, symbol.name, declaration, checker), specifier })
      else others.push({ package: found, name: symbol.name, from: owner })
    }
  }
  return { own, others }
}

function exportsOf(program: ts.Program, entry: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(entry)
  const module = source === undefined ? undefined : program.getTypeChecker().getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${entry} is no module.`)
  return program
    .getTypeChecker()
    .getExportsOfModule(module)
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

/** The folder of ours that holds a declaration, or the name of a foreign package. */
function ownerOf(declaration: ts.Declaration): string {
  const file = declaration.getSourceFile().fileName
  const folder = /\/packages\/([^/]+)\/src\/(?!generated\/)/.exec(file)?.[1]
  if (folder !== undefined) return folder
  if (file.includes('/generated/')) return 'Prisma'
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? file
}

function exportOf(
  found: PublishedPackage,
  name: string,
  declaration: ts.Declaration,
  checker: ts.TypeChecker,
): Omit<Export, 'specifier'> {
  const file = declaration.getSourceFile().fileName
  const inside = file.slice(file.indexOf(`/packages/${found.folder}/src/`) + `/packages/${found.folder}/src/`.length)
  return {
    package: found,
    name,
    kind: kindOf(declaration),
    area: inside.split('/')[0]?.replace(/\.tsx?$/, '') ?? '',
    source: inside.replace(/\.tsx?$/, ''),
    doc: docOf(statementOf(declaration)),
    code: declarationText(declaration),
    members: membersOf(declaration, checker),
  }
}

function kindOf(declaration: ts.Declaration): Export['kind'] {
  if (ts.isFunctionDeclaration(declaration)) return 'function'
  if (ts.isClassDeclaration(declaration)) return 'class'
  if (ts.isInterfaceDeclaration(declaration)) return 'interface'
  if (ts.isTypeAliasDeclaration(declaration)) return 'type'
  return 'constant'
}

/** The comment of a constant is on its statement. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
}

function membersOf(declaration: ts.Declaration, checker: ts.TypeChecker): readonly Member[] {
  if (ts.isInterfaceDeclaration(declaration)) return declaration.members.flatMap(memberOf)
  if (!ts.isVariableDeclaration(declaration)) return []
  const properties = checker.getTypeAtLocation(declaration).getProperties()
  return properties.flatMap(({ name, declarations }) => {
    const [property] = declarations ?? []
    if (property === undefined || !ts.isPropertyAssignment(property)) return []
    const doc = docOf(property)
    return doc === '' ? [] : [{ name, type: '', code: '', isOptional: false, doc, default: '', see: seeOf(property) }]
  })
}

function memberOf(member: ts.TypeElement): Member[] {
  if (member.name === undefined) return []
  const type = ts.isPropertySignature(member) ? (member.type?.getText() ?? 'unknown') : member.getText()
  return [
    {
      name: member.name.getText().replaceAll("'", ''),
      type: inOneLine(type),
      code: member.getText().replaceAll(/\n {2}/g, '\n'),
      isOptional: member.questionToken !== undefined,
      doc: docOf(member),
      default: tagOf(member, 'default'),
      see: '',
    },
  ]
}

/** Line ends replace the separators between members. */
function inOneLine(type: string): string {
  return type
    .replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '')
    .replaceAll(/([^\s{(|;,])\s*\n\s*(?=(readonly )?\w+\??:)/g, '$1; ')
    .replaceAll(/\s+/g, ' ')
}

/** The comment's text without its tags, its links as code. */
function docOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  return comments.map(({ comment }) => plain(comment)).join('\n\n')
}

function tagOf(node: ts.Node, name: string): string {
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === name)
  return plain(tag?.comment)
}

/** The compiler takes the first word of an `@see` for a name, so its source text is read. */
function seeOf(node: ts.Node): string {
  const tag = ts.getJSDocTags(node).find(ts.isJSDocSeeTag)
  return /@see\s+([\w/-]+)/.exec(tag?.getText() ?? '')?.[1] ?? ''
}

function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  if (comment === undefined || typeof comment === 'string') return comment ?? ''
  return comment
    .map((part) => (ts.isJSDocLink(part) ? `\`${part.name?.getText() ?? ''}${part.text}\`` : part.text))
    .join('')
}
