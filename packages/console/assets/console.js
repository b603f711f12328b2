// Live parts and relative times. Every page works without this script.
const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]
const words = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' })

function showTimes() {
  const now = Date.now()
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const seconds = Math.round((Date.parse(time.dateTime) - now) / 1000)
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[3]
    const text = words.format(Math.round(seconds / size), unit)
    if (time.textContent !== text) time.textContent = text
  }
}

// The server says that something has changed; the page asks for itself again and takes over the marked parts.
let isRefreshing = false
let isAskedAgain = false
async function refresh() {
  isAskedAgain = isRefreshing
  if (isRefreshing) return
  isRefreshing = true
  await takeOver()
    .catch(() => {})
    .finally(() => {
      isRefreshing = false
    })
  if (isAskedAgain) await refresh()
}

async function takeOver() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok || answer.redirected) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`)
    const busy = part.contains(document.activeElement) || part.querySelector('details[open], :checked')
    if (next !== null && !busy && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML
  }
  showTimes()
}

const stream = document.querySelector('meta[name="rindle-live"]')?.content
if (stream && document.querySelector('[data-live]')) {
  const source = new EventSource(stream)
  let isMissed = false
  const take = () => {
    isMissed = document.visibilityState !== 'visible'
    if (!isMissed) refresh()
  }
  source.addEventListener('changed', take)
  document.addEventListener('visibilitychange', () => {
    if (isMissed) take()
  })
  addEventListener('pagehide', () => source.close())
}
showTimes()
setInterval(showTimes, 10_000)
