/** Shows what needs passkeys where the browser can have them: on a secure origin whose host is a name, not a number. */

const unable = document.querySelector("#passkey-unable");
const failed = document.querySelector("#passkey-failed");
const isNamed = !/^[\d.]+$|^\[/.test(location.hostname);
const isAble = isNamed && "PublicKeyCredential" in window;

for (const control of document.querySelectorAll("[data-passkey]")) {
  control.hidden = !isAble;
  control.addEventListener("click", () => { failed.hidden = true; });
}
if (unable) unable.hidden = isAble;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  failed.hidden = false;
});
