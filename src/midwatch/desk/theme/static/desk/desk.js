/* What makes the desk quicker to use. Every page reads and works without it. */
"use strict";
(() => {
  const root = document.documentElement;
  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };

  /* The browser's zone, so that the next page can show times in it. */
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) keep("zone", zone);

  /* On a telephone the places scroll sideways; where one is stands in sight. */
  const bar = document.querySelector(".places");
  const here = bar && bar.querySelector("[aria-current]");
  if (here && here.offsetLeft + here.offsetWidth > bar.clientWidth) {
    bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  }

  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (chosen.closest("[data-theme-switch]")) {
      root.dataset.theme = chosen.value;
      keep("theme", chosen.value);
    }
    /* By keyboard a choice is made step by step: there the button shows it. */
    const form = chosen.closest("form[data-submit-on-change]");
    if (form && !keyed) form.requestSubmit();
  });
  let keyed = false;
  document.addEventListener("keydown", () => { keyed = true; }, true);
  document.addEventListener("pointerdown", () => { keyed = false; }, true);

  /* A menu closes by Escape or by a click elsewhere; so does a form that was opened, by Escape. */
  const close = (except) => document.querySelectorAll("details.me[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => close(event.target.closest("details.me")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const opened = document.activeElement.closest("details.me[open], details.act-more[open]");
    if (opened) {
      opened.open = false;
      opened.querySelector("summary").focus();
    }
    close(null);
  });

  /* htmx asks with the token of the page's own forms. */
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  /* Copies what stands in the element that the button names. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.querySelector(button.dataset.copy).innerText;
    await navigator.clipboard.writeText(text);
    button.dataset.done = "true";
    setTimeout(() => delete button.dataset.done, 2000);
  });
})();
