/** Texts in the language of the page, which brings along those of its scripts; English ones stand in the scripts. */
const words = JSON.parse(document.querySelector("#words")?.textContent ?? "{}");

/** `text` in the language of the page, with `values` in place of `{names}`. */
export const say = (text, values = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
