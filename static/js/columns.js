/** A first look at a CSV file, before it travels: which columns it has, and what Codeport makes of each. */

const FIRST_LOOK = 16 * 1024; // bytes
const MEANINGS = new Map([
  ["id", "identifier"],
  ["product", "product"],
  ["activation_status", "activation status"],
  ["blacklist_reason", "blacklist reason"],
]);

/** The columns of the file's first line as `{name, meaning}`; none when that line is longer than the first look. */
export async function columnsOf(file) {
  const text = await file.slice(0, FIRST_LOOK).text();
  const names = firstLine(text.replace(/^\uFEFF/, ""), text.length < FIRST_LOOK && file.size < FIRST_LOOK);
  return names.map((name) => ({ name, meaning: MEANINGS.get(name) ?? "SCM data" }));
}

/** The fields of the first line of CSV `text`, by RFC 4180; `whole` says that the text is all of the file. */
function firstLine(text, whole) {
  const fields = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '"' && text[at + 1] === '"') { field += '"'; at += 1; }
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ",") { fields.push(field); field = ""; }
    else if (!quoted && (character === "\n" || character === "\r")) return [...fields, field];
    else field += character;
  }
  return whole ? [...fields, field] : [];
}
