import { rindleConsole } from '@rindle/console'
import { isOperator } from '../../../data/is-operator.ts'
import { currentMember } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'

const console = rindleConsole(rindle, {
  basePath: '/operator',
  title: 'Commonroom',
  actor: async () => {
    const member = await currentMember()
    return member !== null && isOperator(member) ? member : null
  },
  // An operator may use every verb. Name some of them here, and the others have no buttons.
  can: () => true,
})

export { console as GET, console as HEAD, console as POST }
