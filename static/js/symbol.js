/** The QR symbol of the first code, drawn by the server while the URL prefix is typed. */
import { changesCodes, form, options, part } from "./fields.js";

const PAUSE = 300; // milliseconds without a key before the server is asked

let waiting = 0;
let asked = "";

/** Show the symbol of the code `identifier` as the form says it. */
export function showSymbol(identifier) {
  if (changesCodes()) return;
  const { url_prefix, workorder, id_format } = options();
  const asking = { url_prefix, workorder: workorder ?? "", id_format, identifier: identifier.slice(0, 300) };
  const said = new URLSearchParams(asking).toString();
  if (said === asked || part("look").hidden) return;
  asked = said;
  clearTimeout(waiting);
  waiting = setTimeout(() => draw(said), PAUSE);
}

async function draw(said) {
  const response = await fetch(`${form.dataset.symbolUrl}?${said}`).catch(() => null);
  if (said !== asked) return; // a later one is on its way
  if (!response?.ok || response.redirected) { asked = ""; return; }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  part("symbol").replaceChildren(...page.body.childNodes);
}
