// The order of a list: a row moves at once, by drag or by its buttons, and the form stores the order.
// Without this script each button sends its own move.

const FORM = "form[data-ordering]";

let dragged = null;
let sent = "";

const listOf = (form) => form.querySelector("ol");
const rowsOf = (form) => [...listOf(form).children];
const idOf = (row) => row.querySelector("input").value;
const storedOf = (form) => form.querySelector("[data-stored]");
const orderOf = (form) => rowsOf(form).map(idOf).join(" ");

function tell(form, note) {
  for (const name of ["failed", "saved"]) form.querySelector(`[data-order-${name}]`).hidden = name !== note;
}

/** The form sends the order as it stands: no button adds a move of its own. */
function store(form) {
  if (orderOf(form) === storedOf(form).value) return;
  tell(form);
  for (const button of form.querySelectorAll("[data-step]")) button.removeAttribute("name");
  if (window.htmx) form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  else form.submit();
}

function step(button) {
  const form = button.closest(FORM);
  const row = button.closest("li");
  const { step: by } = button.dataset;
  if (by < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
  button.scrollIntoView({ block: "nearest" });
  store(form);
}

function follow({ clientY }) {
  const list = dragged.parentElement;
  const below = [...list.children].find((row) => {
    const { top, height } = row.getBoundingClientRect();
    return row !== dragged && clientY < top + height / 2;
  });
  if ((below ?? null) !== dragged.nextElementSibling) list.insertBefore(dragged, below ?? null);
  dragged.scrollIntoView({ block: "nearest" });
}

function drop() {
  const form = dragged.closest(FORM);
  delete dragged.dataset.dragged;
  dragged = null;
  store(form);
}

/** The last order that the server has: rows go back to it. */
function restore(form) {
  const rows = new Map(rowsOf(form).map((row) => [idOf(row), row]));
  listOf(form).append(...storedOf(form).value.split(" ").map((id) => rows.get(id)));
}

function answered(form, isStored) {
  if (isStored) storedOf(form).value = sent;
  else restore(form);
  tell(form, isStored ? "saved" : "failed");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(`${FORM} [data-step]`);
  if (!button) return;
  event.preventDefault();
  step(button);
});
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle) return;
  event.preventDefault();
  dragged = handle.closest("li");
  dragged.dataset.dragged = "";
  dragged.parentElement.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => dragged && follow(event));
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => dragged && drop());
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.matches(FORM)) sent = orderOf(target);
});
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (target.matches(FORM) && target.isConnected && detail.xhr.status !== 422) {
    answered(target, detail.successful);
  }
});
