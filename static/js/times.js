/** Keeps “2 minutes ago” true while a page stays open. What is older than a day stays as it was said. */

const STEPS = [["hour", 3600], ["minute", 60], ["second", 1]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function tell(time) {
  const age = (Date.now() - new Date(time.dateTime)) / 1000;
  if (!(age >= 0 && age < 86400)) return;
  const [unit, seconds] = STEPS.find(([, least]) => age >= least) ?? STEPS.at(-1);
  time.textContent = words.format(-Math.floor(age / seconds), unit);
}

setInterval(() => document.querySelectorAll("time[title]").forEach(tell), 20_000);
