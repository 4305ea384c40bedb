/** Keeps “2 minutes ago” true on an open page, up to a day. */
const STEPS = [["hour", 3600], ["minute", 60], ["second", 1]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
setInterval(() => {
  for (const time of document.querySelectorAll("time[title]")) {
    const age = (Date.now() - new Date(time.dateTime)) / 1000;
    const [unit, seconds] = STEPS.find(([, least]) => age >= least) ?? STEPS[2];
    if (age >= 0 && age < 86400) time.textContent = words.format(-Math.floor(age / seconds), unit);
  }
}, 20_000);
