// A phone that leaves everything as it is when somebody signs out.

import { set } from "../../../teamapp/static/js/outbox/database.js";

export * from "../../../teamapp/static/js/outbox/envelopes.js";

export const sealAbsent = () => set({ leaving: false });
