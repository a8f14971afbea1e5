/* The queue by keyboard, and its story on the right. Without this, links and forms do the same. */
"use strict";
(() => {
  const wide = matchMedia("(min-width: 70rem)");
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const story = document.getElementById("story");
  const dialog = document.getElementById("keys");

  const mark = (row) => {
    rows().forEach((each) => {
      each.classList.toggle("here", each === row);
      const link = each.querySelector("a");
      if (each === row) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };

  /* Draws the story of a row beside the list; the address tells which, so that it can be sent. */
  const open = (row) => {
    mark(row);
    const link = row.querySelector("a");
    link.focus();
    if (!story || !wide.matches) return;
    const here = new URL(location.href);
    here.searchParams.set("open", row.dataset.row);
    history.replaceState(null, "", here);
    htmx.ajax("GET", link.dataset.pane, { target: "#story", swap: "innerHTML" });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-rows] [data-row] > a");
    if (link && story && wide.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link.closest("[data-row]"));
    }
    if (event.target.closest("[data-help]")) dialog.showModal();
    if (event.target.closest("[data-print]")) print();
  });

  /* Who pressed a button of the story finds themselves in the new one, not at the top of the page. */
  document.addEventListener("htmx:afterSettle", () => {
    if (story && document.activeElement === document.body) story.focus();
  });

  const step = (way) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("here"));
    open(all[now < 0 ? 0 : Math.min(Math.max(now + way, 0), all.length - 1)]);
  };

  /* The element of a key is used as by hand: a button pressed, a link followed, a form opened. */
  const use = (key) => {
    const row = document.querySelector("[data-rows] .row.here > a");
    if (key === "o" && row) {
      location.assign(row.href);
      return;
    }
    const found = document.querySelector(`[data-key="${key}"]`);
    if (!found) return;
    if (found.tagName === "SUMMARY") {
      found.parentElement.open = true;
      found.parentElement.querySelector("select, input:not([type=hidden]), textarea").focus();
    } else found.click();
  };

  const keysOn = () => !document.cookie.includes("keys=off");
  const choice = document.querySelector("[data-keys]");
  if (choice) {
    choice.checked = keysOn();
    choice.addEventListener("change", () => {
      document.cookie = `keys=${choice.checked ? "on" : "off"}; Path=/; Max-Age=31536000; SameSite=Lax`;
    });
  }
  document.querySelectorAll("[data-help], [data-print]").forEach((each) => { each.hidden = false; });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, dialog[open], [contenteditable]")) return;
    if (event.key === "?" && dialog) dialog.showModal();
    else if (!keysOn()) return;
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if ("aedo".includes(event.key)) use(event.key);
    else if (event.key === "/") {
      const search = document.querySelector('.places a[href$="/search/"]');
      const filter = document.getElementById("f-client");
      if (search) search.click();
      else if (filter) filter.focus();
      else return;
    } else return;
    event.preventDefault();
  });
})();
