// The pages of new sign-in cards: printed, or sent as a message by another program.

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

document.addEventListener("click", ({ target }) => {
  actions[target.closest("[data-card]")?.dataset.card]?.();
});
