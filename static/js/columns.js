/** A first look at a CSV file, before it travels: which columns it has, and what Codeport makes of each. */

const FIRST_LOOK = 16 * 1024; // bytes
const DELIMITERS = [",", ";", "\t", "|"]; // as the reader on the server takes them
const SCM_KEY = /^[a-z][a-z0-9_]{0,63}$/;
const MEANINGS = new Map([
  ["id", "identifier"],
  ["product", "product"],
  ["activation_status", "activation status"],
  ["blacklist_reason", "blacklist reason"],
]);

/**
 * The columns of the file's header as `{name, meaning}`, separated by `delimiter` or by what gives a column `id`; none
 * when the header is longer than the first look.
 */
export async function columnsOf(file, delimiter) {
  const start = await file.slice(0, FIRST_LOOK).arrayBuffer();
  const text = decode(new Uint8Array(start)).replace(/^[\r\n]+/, "");
  const headers = (delimiter ? [delimiter] : DELIMITERS).map((each) => header(text, each, file.size <= FIRST_LOOK));
  const most = headers.reduce((one, other) => (other.length > one.length ? other : one));
  const names = headers.find((found) => found.includes("id")) ?? most;
  return names.map((name) => ({ name, meaning: MEANINGS.get(name) ?? (SCM_KEY.test(name) ? "SCM data" : "") }));
}

function decode(bytes) {
  const mark = bytes[0] * 256 + bytes[1];
  const encoding = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[mark] ?? "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The names in the first line of CSV `text`, by RFC 4180; `isAll` says that the file holds nothing more. */
function header(text, delimiter, isAll) {
  const names = [];
  let name = "";
  let isQuoted = false;
  const withLast = () => [...names, name.trim()];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '"' && text[at + 1] === '"') { name += '"'; at += 1; }
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) name += character;
    else if (character === "\n" || character === "\r") return withLast();
    else if (character === delimiter) { names.push(name.trim()); name = ""; }
    else name += character;
  }
  return isAll ? withLast() : [];
}
