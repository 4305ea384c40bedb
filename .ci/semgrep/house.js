// What each rule of `semgrep.yaml` finds and lets pass; no page loads this.
function shown(node, text) {
  // ruleid: html-in-scripts
  node.innerHTML = text;
  // ok: html-in-scripts
  node.textContent = text;
  // ruleid: html-in-scripts
  node.insertAdjacentHTML("beforeend", text);
  // ruleid: html-in-scripts
  eval(text);
  // ruleid: secrets-in-the-browser
  localStorage.setItem("text", text);
  // ruleid: secrets-in-the-browser
  document.cookie = text;
}
