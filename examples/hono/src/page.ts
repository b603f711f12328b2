/** A page that uploads a photo and shows it with a placeholder and in the size of the screen, with plain browser APIs. */
export const page = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Photos</title>
  <style>img { width: min(30rem, 100%); height: auto }</style>
  <label>A photo <input type="file" accept="image/jpeg,image/png,image/webp"></label>
  <p role="status"></p>
  <div id="photos"></div>
  <script type="module">
    const input = document.querySelector('input')
    const status = document.querySelector('[role=status]')

    async function call(method, path, body) {
      const headers = body ? { 'content-type': 'application/json' } : {}
      const response = await fetch('/rindle' + path, { method, headers, body: body && JSON.stringify(body) })
      const answer = await response.json()
      if (!response.ok) throw new Error(answer.detail)
      return answer
    }

    async function upload(file) {
      const { id, assetId, request } = await call('POST', '/uploads', {
        profile: 'photo', filename: file.name, contentType: file.type, byteSize: file.size,
      })
      const sent = await fetch(request.url, { method: request.method, headers: request.headers, body: file })
      if (!sent.ok) throw new Error((await sent.json()).detail)
      await call('POST', '/uploads/' + id + '/complete')
      return assetId
    }

    function watch(assetId) {
      const events = new EventSource('/rindle/assets/' + assetId + '/events')
      events.addEventListener('asset', ({ data }) => {
        const asset = JSON.parse(data)
        status.textContent = asset.errorMessage ?? asset.state
        if (!asset.settled) return
        events.close()
        if (asset.variants.thumb?.url) photos.append(pictureOf(asset))
      })
    }

    // A placeholder at once; then the width and the format that suit this screen.
    function pictureOf({ filename, families: { screen }, placeholder }) {
      const image = Object.assign(new Image(screen.width, screen.height), { alt: filename, sizes: '30rem' })
      if (placeholder) image.style.background = placeholder.colour + ' url("' + placeholder.dataUrl + '") center / cover'
      return Object.assign(image, { srcset: screen.srcSet, src: screen.src })
    }

    input.addEventListener('change', async () => {
      try {
        watch(await upload(input.files[0]))
      } catch (error) {
        status.textContent = error.message
      }
    })
  </script>
</html>
`
