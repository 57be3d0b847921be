// A form of the commune's staff that met an error: its values stay in this tab until an answer.
// Phones do not keep this script: their forms go into the outbox.

const FORM = "form[data-form-page]";
const ERROR = ".refusal";
const LINK = "a[data-sign-in]";

const kept = () => JSON.parse(sessionStorage.typed ?? "null");

function show(notes) {
  for (const note of document.querySelectorAll(notes)) note.hidden = false;
}

const controls = (form) => [...form.elements].filter(({ name, type }) => name && type !== "hidden");

function keep(form) {
  const values = controls(form)
    .filter(({ type, checked }) => checked || !["checkbox", "radio"].includes(type))
    .map(({ name, value }) => [name, value]);
  const { user } = document.body.dataset;
  sessionStorage.typed = JSON.stringify({ user, page: form.dataset.formPage, values });
}

function fill(form, values) {
  for (const control of controls(form)) {
    const given = values.filter(([name]) => name === control.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(control.type)) control.checked = given.includes(control.value);
    else if (given.length) [control.value] = given;
  }
  show("[data-typed-again]");
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The form was not answered: it comes back, and the sign-in after an expired session leads to it. */
function leadBack(typed) {
  sessionStorage.typed = JSON.stringify({ ...typed, refused: true });
  for (const link of document.querySelectorAll(LINK)) {
    link.href = link.dataset.signIn + encodeURIComponent(typed.page);
  }
  show("[data-typed-kept]");
}

function start() {
  document.addEventListener("submit", ({ target }) => target.matches(FORM) && keep(target));
  document.addEventListener("click", ({ target }) => {
    const form = target.closest(LINK) && document.querySelector(FORM);
    if (!form) return;
    keep(form);
    leadBack(kept());
  });
  const typed = kept();
  if (!typed) return;
  if (document.querySelector(ERROR)) return leadBack(typed);
  const { user } = document.body.dataset;
  if (!user) return;
  delete sessionStorage.typed;
  const form = document.querySelector(FORM);
  if (typed.refused && typed.user === user && form?.dataset.formPage === typed.page)
    fill(form, typed.values);
}

start();
