/** A page that uploads a photo and shows its variants as they appear, with plain browser APIs. */
export const page = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Photos</title>
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
        if (asset.variants.thumb?.url) photos.append(Object.assign(new Image(), { src: asset.variants.thumb.url, alt: asset.filename }))
      })
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
