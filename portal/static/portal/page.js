/* Only what makes pages kinder; everything works without it. */
document.documentElement.classList.add('js')

document.addEventListener('allauth.error', event => {
  const box = document.getElementById('passkey-error')
  if (!box) return
  event.preventDefault()
  box.hidden = false
  box.focus()
})
