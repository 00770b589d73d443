/* Only what makes pages kinder; everything works without it. */
document.documentElement.classList.add('js')

// A scanned picture brings number and code after the #, which no server is sent; then it goes.
const follow = document.querySelector('form[data-follow]')
if (follow && location.hash.includes('/')) {
  const [reference, code] = decodeURIComponent(location.hash.slice(1)).split('/')
  follow.elements.reference.value = reference
  follow.elements.code.value = code
  history.replaceState(null, '', location.pathname)
}

document.addEventListener('allauth.error', event => {
  const box = document.getElementById('passkey-error')
  if (!box) return
  event.preventDefault()
  box.hidden = false
  box.focus()
})
