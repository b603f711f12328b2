// The handler is the test's own, in this very process.
const handler = (request) => globalThis[Symbol.for('rindle.test.handler')](request)

export { handler as DELETE, handler as GET, handler as HEAD, handler as POST, handler as PUT }

export const dynamic = 'force-dynamic'
