// The outbox page: every entry on this phone, one by one.

import { user } from "../forms/form.js";
import { find, list } from "../outbox/entries.js";
import { all } from "./days.js";
import { filled } from "./echo.js";

const LISTED = { waiting: ["waiting", "sending"], attention: ["attention"], accepted: ["accepted"] };

export async function showOutbox() {
  for (const place of all("[data-entries]")) {
    const name = place.dataset.entries;
    const entries = (await list(user(), LISTED[name] ?? [name]))
      .filter((entry) => !entry.replaced_by)
      .sort((a, b) => (a.recorded_at < b.recorded_at ? 1 : -1));
    place.replaceChildren(...entries.flatMap((entry) => {
      const blank = document.querySelector(`template[data-entry="${entry.state}"]`) ??
        document.querySelector(`template[data-entry="${name}"]`);
      return blank ? [filled(blank, entry)] : [];
    }));
    for (const n of all(`[data-count-of="${name}"]`)) n.textContent = entries.length;
    for (const note of all(`[data-empty-of="${name}"]`)) note.hidden = entries.length > 0;
  }
}

/** The entry around a button. */
export const entryOf = (button) =>
  find(user(), button.closest("[data-echoed]")?.dataset.echoed ?? "");
