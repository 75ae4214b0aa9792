// Before the first paint, so that nothing flashes: the theme that was chosen here.
(() => {
  const chosen = localStorage.getItem("mission-control-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
