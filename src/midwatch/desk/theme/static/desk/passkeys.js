/* A ceremony with a passkey that was broken off is told on the page, not in the console. */
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const told = document.getElementById("passkey_fault");
  if (told) told.hidden = false;
});
