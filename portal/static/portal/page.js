/* Only what makes pages kinder; everything works without it. */
document.documentElement.classList.add('js')
