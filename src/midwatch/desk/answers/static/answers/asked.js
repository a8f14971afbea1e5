/* Shows a follow-up only when its question calls for it. Without this script all of them stand there. */
"use strict";
(() => {
  const form = document.getElementById("answers");
  if (!form) return;
  document.documentElement.classList.add("js");
  const fields = [...form.querySelectorAll("fieldset.question")];
  const replied = (name) => {
    const chosen = form.elements[`${name}:reply`];
    return chosen ? chosen.value : "";
  };
  const called = (field) => {
    if (!field.dataset.after) return true;
    const parent = document.getElementById(field.dataset.after);
    return (!parent || called(parent)) && replied(field.dataset.after) === field.dataset.when;
  };
  const show = () => fields.forEach((field) => { field.hidden = !called(field); });
  form.addEventListener("change", show);
  show();
})();
