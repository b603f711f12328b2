// Live parts and relative times. Every page works without this script.
// The words of the server: `8.4 s`, `27 min`, `3 h`, `2 d`.
function duration(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86400)} d`
}

function showTimes() {
  const now = Date.now()
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const seconds = (now - Date.parse(time.dateTime)) / 1000
    const text = seconds >= 0 ? `${duration(Math.max(1, seconds))} ago` : `in ${duration(Math.max(1, -seconds))}`
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
