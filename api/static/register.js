// The register with a keyboard: a code chooses, and the next pupil follows. What is filled in stays
// on this device until it is saved. Without this script the page works as well, with each browser's
// own keys.
"use strict";
(() => {
  const KEPT = "register:";
  const form = document.querySelector("form.register");
  for (const out of document.querySelectorAll(".ap-out")) {
    out.addEventListener("submit", () => forget(() => true));
  }
  if (!form) return;
  const name = KEPT + form.dataset.name;
  const cells = [...form.querySelectorAll("select, table input")];
  const first = new Map(cells.map((cell) => [cell.name, cell.value]));

  function forget(which) {
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(KEPT) && which(key))
        .forEach((key) => localStorage.removeItem(key));
    } catch { /* a browser that keeps nothing: the form itself does */ }
  }

  function keep() {
    const changed = cells.filter((cell) => cell.value !== first.get(cell.name));
    const values = Object.fromEntries(changed.map((cell) => [cell.name, cell.value]));
    try {
      if (changed.length) localStorage.setItem(name, JSON.stringify(values));
      else localStorage.removeItem(name);
    } catch { /* as above */ }
  }

  function restore() {
    let values = {};
    try { values = JSON.parse(localStorage.getItem(name) || "{}"); } catch { /* as above */ }
    const back = cells.filter((cell) => cell.name in values && cell.value !== values[cell.name]);
    for (const cell of back) cell.value = values[cell.name];
    const said = document.querySelector(".restored");
    if (said && back.length) {
      said.hidden = false;
      said.querySelector("button").addEventListener("click", () => {
        for (const cell of cells) cell.value = first.get(cell.name);
        forget((key) => key === name);
        said.hidden = true;
      });
    }
  }

  if ("saved" in form.dataset) forget((key) => key === name);
  restore();
  form.addEventListener("click", (event) => {
    if (event.target.value !== "present" || event.target.name !== "do") return;
    event.preventDefault();
    for (const cell of cells) {
      const code = [...cell.options].map((option) => option.value).find((c) => /^[/\\]$/.test(c));
      if (!cell.value && code && !("full" in cell.dataset)) cell.value = code;
    }
    keep();
  });
  form.addEventListener("change", keep);
  form.addEventListener("input", keep);
  const offline = document.querySelector(".offline");
  const online = document.querySelector(".online");
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    offline.hidden = false;
  });
  window.addEventListener("online", () => {
    if (online) online.hidden = offline.hidden;
    offline.hidden = true;
  });
  window.addEventListener("offline", () => {
    offline.hidden = false;
    if (online) online.hidden = true;
  });

  const said = document.querySelector(".keys");
  if (said && !matchMedia("(hover: none) and (pointer: coarse)").matches) said.hidden = false;
  let typed = "";
  let typedAt = null;
  const column = (cell) => cells.filter((one) => one.name.slice(0, 3) === cell.name.slice(0, 3));
  const follow = (cell) => {
    const all = column(cell);
    const next = all[all.indexOf(cell) + 1] || form.querySelector("button");
    next.focus();
  };
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (cell.tagName !== "SELECT" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      follow(cell);
      return;
    }
    if (event.key.length !== 1 || event.key === " ") return;
    const key = event.key.toUpperCase();
    const codes = [...cell.options].map((option) => option.value);
    const slash = (text) => (/^[/\\]$/.test(text) ? codes.find((c) => /^[/\\]$/.test(c)) : text);
    typed = typedAt === cell && codes.some((c) => c.startsWith(typed + key)) ? typed + key : key;
    typedAt = cell;
    const code = slash(typed);
    if (!codes.includes(code)) return;
    event.preventDefault();
    cell.value = code;
    cell.dispatchEvent(new Event("change", { bubbles: true }));
    if (!codes.some((c) => c !== code && c.startsWith(code))) {
      typed = "";
      follow(cell);
    }
  });
})();
