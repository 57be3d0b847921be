// Sign-in cards: marked in the list of people, printed, or sent as a message by another program.

const message = document.querySelector("[data-message]");

/** Copy the message; where a browser does not, it stays selected. */
function copy() {
  message.closest("details").open = true;
  getSelection().selectAllChildren(message);
  document.querySelector("[data-copied]").hidden = !document.execCommand("copy");
}

async function send() {
  if (!navigator.share) return copy();
  return navigator.share({ text: message.textContent })
    .catch(({ name }) => name === "AbortError" || copy());
}

const actions = { send, print: () => print() };

/** A search hides rows: who is not seen gets no card. */
document.addEventListener("submit", ({ target }) => {
  for (const control of target.elements) if (control.closest("tr[hidden]")) control.checked = false;
}, true);
document.addEventListener("click", ({ target }) => {
  actions[target.closest("[data-card]")?.dataset.card]?.();
});
