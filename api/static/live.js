// Counts that go on while a page is open: looked at every half minute, never while the page is
// hidden, and no more once the session has ended. Without this script the page works as well.
"use strict";
(() => {
  const EVERY = 30_000;
  const said = document.querySelector(".changed");
  if (!said) return;
  const seen = JSON.parse(said.dataset.seen);
  let timer = null;

  const stop = () => { clearInterval(timer); timer = null; };
  const start = () => { if (timer === null) timer = setInterval(look, EVERY); };

  async function look() {
    let answer;
    try {
      answer = await fetch(said.dataset.from, { cache: "no-store", redirect: "error" });
    } catch { return; /* no connection just now: the next time may have one */ }
    if (answer.status === 401 || answer.status === 403) { stop(); return; }
    if (!answer.ok) return;
    const counts = await answer.json();
    for (const [name, count] of Object.entries(counts)) {
      if (seen[name] === count) continue;
      seen[name] = count;
      said.hidden = false;
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
        place.textContent = count || place.dataset.none || 0;
      }
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { stop(); return; }
    start();
    look();
  });
  if (!document.hidden) start();
})();
