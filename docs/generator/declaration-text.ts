import ts from 'typescript'

const MOST_LINES_OF_A_CONSTANT = 60

/** A declaration as its source writes it, without bodies, private members and initialisers that are code. */
export function declarationText(declaration: ts.Declaration): string {
  if (ts.isFunctionDeclaration(declaration)) return overloadsOf(declaration).map(withoutBody).join('\n')
  if (ts.isClassDeclaration(declaration)) return classText(declaration)
  if (ts.isVariableDeclaration(declaration)) return constantText(declaration)
  return unexported(declaration.getText())
}

function overloadsOf(declaration: ts.FunctionDeclaration): ts.FunctionDeclaration[] {
  const all = declaration
    .getSourceFile()
    .statements.filter(ts.isFunctionDeclaration)
    .filter(({ name }) => name?.text === declaration.name?.text)
  const signatures = all.filter(({ body }) => body === undefined)
  return signatures.length > 0 ? signatures : all
}

function withoutBody(declaration: ts.FunctionDeclaration | ts.ClassElement): string {
  const body = 'body' in declaration ? (declaration.body as ts.Node | undefined) : undefined
  const text = declaration.getText()
  return unexported(body === undefined ? text : text.slice(0, body.getStart() - declaration.getStart()).trimEnd())
}

function classText(declaration: ts.ClassDeclaration): string {
  const text = declaration.getText()
  const first = declaration.members[0]
  const head = first === undefined ? text : text.slice(0, text.indexOf('{', 0) + 1)
  const members = declaration.members
    .filter((member) => !isHidden(member))
    .map((member) => `${commentOf(member)}  ${withoutBody(member).replace(/^override /, '')}`)
  return `${unexported(head)}\n${members.join('\n')}\n}`
}

function isHidden(member: ts.ClassElement): boolean {
  const flags = ts.getCombinedModifierFlags(member)
  return (
    (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
    member.name?.kind === ts.SyntaxKind.PrivateIdentifier
  )
}

function commentOf(member: ts.ClassElement): string {
  const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)
  return comment === undefined ? '' : `  ${comment.getText()}\n`
}

function constantText(declaration: ts.VariableDeclaration): string {
  const name = declaration.name.getText()
  if (declaration.type !== undefined) return `const ${name}: ${declaration.type.getText()}`
  const text = `const ${name} = ${declaration.initializer?.getText() ?? ''}`
  const lines = text.split('\n')
  return lines.length <= MOST_LINES_OF_A_CONSTANT
    ? text
    : [...lines.slice(0, MOST_LINES_OF_A_CONSTANT), '  // …'].join('\n')
}

function unexported(text: string): string {
  return text.replace(/^export (default )?/, '')
}
