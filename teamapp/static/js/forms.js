// Forms of field work: what is typed is kept on this phone first, always.

import * as store from "./store.js";

const FORM = "form[data-outbox]";
const CONTROLS = "input, select, textarea";
const UNDO = 10 * 1000;
const TYPING = 500;
const HELD = 30 * 60 * 1000;

const user = () => document.body.dataset.user;
const forms = () => [...document.querySelectorAll(FORM)];

// --- what a form consists of -----------------------------------------------------------------

const sources = new Map();
let source;

async function template(name, from = source) {
  const own = document.getElementById(`part-${name}`);
  if (own || !from) return own;
  source = from;
  if (!sources.has(from)) sources.set(from, fetchParts(from));
  try {
    return (await sources.get(from)).getElementById(`part-${name}`);
  } catch {
    sources.delete(from);
    return null;
  }
}

async function fetchParts(from) {
  const response = await fetch(from, { headers: { "X-Kept": "1" } });
  if (!response.ok || response.redirected) throw new TypeError(from);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function grow(part, marks) {
  const box = document.createElement("template");
  box.innerHTML = Object.entries(marks).reduce(
    (html, [mark, value]) => html.replaceAll(mark, value), part.innerHTML);
  newIds(box.content);
  return box.content;
}

function newIds(root) {
  for (const input of root.querySelectorAll("[data-new-id]")) input.value = crypto.randomUUID();
}

/** Put in the parts that can be seen, or all of a form's. */
async function openParts(form) {
  const shown = (element) => form || element.getClientRects().length;
  const root = form ?? document;
  for (let filled = true; filled;) {
    filled = false;
    for (const slot of [...root.querySelectorAll("[data-part]")].filter(shown)) {
      const part = await template(slot.dataset.part, slot.dataset.source);
      if (!part || !slot.isConnected) continue;
      slot.replaceWith(grow(part, { __prefix__: slot.dataset.prefix ?? "" }));
      filled = true;
    }
  }
}

async function addItem(button) {
  const part = await template(button.dataset.add, button.dataset.source);
  if (!part) return null;
  const n = Number(button.dataset.n ?? 0);
  button.dataset.n = n + 1;
  const fresh = grow(part, { __prefix__: button.dataset.prefix ?? "", __n__: n });
  const added = [...fresh.children];
  for (const element of added) element.dataset.added = button.dataset.add;
  button.before(fresh);
  await settleIn(button.form ?? button.closest(FORM));
  return added[0];
}

async function settleIn(form) {
  await openParts();
  fillOptions(form);
  fillNow(form, (input) => !input.value);
  reveal(form);
}

function fillOptions(form) {
  for (const select of form.querySelectorAll("select[data-options-from]")) {
    const known = new Set([...select.options].map((option) => option.value));
    for (const found of document.querySelectorAll(select.dataset.optionsFrom)) {
      const { value = found.value } = found.dataset;
      const name = found.dataset.name ?? found.closest("fieldset")?.querySelector("legend").textContent;
      if (!known.has(value)) select.add(new Option(name, value));
    }
  }
}

const isHidden = (input) => input.type === "hidden";

const isUntouched = (input) => !("touched" in input.dataset);

/** Times that nobody has touched show the phone's clock; hidden ones at the moment of saving. */
function fillNow(form, which = isUntouched) {
  const inputs = [...form.querySelectorAll("input[data-now]")].filter(which);
  for (const input of inputs) input.value = store.stamp().slice(0, 16);
}

/** Is one of "name=value|value" among what was chosen? A "*" in a name stands for anything. */
function isChosen(asked, chosen) {
  const [pattern, values] = asked.split("=");
  const [before, ...after] = pattern.split("*");
  const isNamed = (name) => after.length
    ? name.startsWith(before) && name.endsWith(after.at(-1))
    : name === pattern;
  return chosen.some(([name, value]) => isNamed(name) && values.split("|").includes(value));
}

/** Show what the choices ask for; what is hidden is not sent. */
function reveal(form) {
  const blocks = [...form.querySelectorAll("[data-show-if]")];
  for (let pass = 0, moved = true; moved && pass < 4; pass++) {
    moved = false;
    const chosen = [...new FormData(form)].filter(([, value]) => value);
    for (const block of blocks) {
      const hidden = !block.dataset.showIf.split(" ").some((asked) => isChosen(asked, chosen));
      moved ||= block.hidden !== hidden;
      block.hidden = hidden;
    }
    for (const block of blocks) {
      for (const control of block.querySelectorAll(CONTROLS)) {
        control.disabled = Boolean(control.closest("[data-show-if][hidden]"));
      }
    }
  }
}

// --- the body --------------------------------------------------------------------------------

const isChoice = ({ type }) => type === "radio" || type === "checkbox";

function isFilled(control) {
  if (control.disabled || isHidden(control) || "quiet" in control.dataset) return false;
  return isChoice(control) ? control.checked : control.value.trim() !== "";
}

/** What is shown now may have parts of its own to put in. */
async function revealMore(form) {
  reveal(form);
  await openParts();
  reveal(form);
}

/** The controls of the items in which nothing was filled in. */
const idleIn = (form) => new Set([...form.querySelectorAll("[data-item]")]
  .map((item) => [...item.querySelectorAll(CONTROLS)])
  .filter((controls) => !controls.some(isFilled))
  .flat());

/** The first mistake; an item that was left alone asks for nothing. */
function mistakeIn(form) {
  const idle = idleIn(form);
  return [...form.elements].find((control) =>
    control.willValidate && !control.validity.valid && !idle.has(control));
}

function showMistake(control) {
  unfold(control);
  control.reportValidity();
}

function unfold(control) {
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}

/** The body as a browser would post it, without the items in which nothing was filled in. */
function bodyOf(form, submitter) {
  for (const input of form.querySelectorAll("input[data-own-key]")) input.value = keyOf(form);
  const idle = idleIn(form);
  const goes = (control) => control === submitter ||
    (control.matches(CONTROLS) && !control.disabled && !idle.has(control) &&
      (!isChoice(control) || control.checked));
  const lines = (value) => value.replace(/\r\n?|\n/g, "\r\n");
  const pairs = [...form.elements].filter((control) => control.name && goes(control))
    .flatMap((control) => valuesOf(control).map((value) => [control.name, lines(value)]));
  return new URLSearchParams(pairs).toString();
}

const valuesOf = (control) =>
  control.multiple ? [...control.selectedOptions].map(({ value }) => value) : [control.value];

/** Put a body back into its form. */
async function refill(form, body, { newId = false } = {}) {
  await openParts(form);
  fillOptions(form);
  await growFor(form, new URLSearchParams(body));
  const values = new Map();
  for (const [name, value] of aligned(form, body)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  for (const control of form.elements) fillIn(control, values);
  if (newId) newIds(form);
  reveal(form);
}

function fillIn(control, values) {
  const given = values.get(control.name);
  if (isChoice(control)) control.checked = Boolean(given?.includes(control.value));
  else if (given && control.matches(CONTROLS)) {
    control.value = given.shift() ?? "";
    if ("now" in control.dataset) control.dataset.touched = "";
  }
  if (given && isFilled(control)) unfold(control);
}

/** Add the items that a body needs and the form does not show yet. */
async function growFor(form, params) {
  for (const button of form.querySelectorAll('[data-do="add"]')) {
    const part = await template(button.dataset.add, button.dataset.source);
    const names = [...(part?.content.querySelectorAll("[name]") ?? [])].map((e) =>
      e.getAttribute("name").replaceAll("__prefix__", button.dataset.prefix ?? "").split("__n__"));
    const numbers = [...params.keys()].flatMap((key) => names
      .filter(([before, after]) => after !== undefined && key.startsWith(before) && key.endsWith(after))
      .map(([before, after]) => Number(key.slice(before.length, key.length - after.length))));
    const most = Math.max(-1, ...numbers.filter(Number.isInteger));
    while (Number(button.dataset.n ?? 0) <= most) await addItem(button);
  }
}

/** A body's pairs, each numbered as the item that bears its hidden id is numbered now. */
function aligned(form, body) {
  let pairs = [...new URLSearchParams(body)];
  const marks = [...form.elements].filter((e) =>
    isHidden(e) && !("newId" in e.dataset) && !("now" in e.dataset));
  const shape = (name) => name.replace(/\d+/g, "#");
  const prefix = (name, depth) => name.match(new RegExp(`^(?:\\D*\\d+-){${depth}}`))?.[0];
  for (const depth of [1, 2]) {
    const moves = new Map();
    for (const [name, value] of pairs) {
      if (name.match(/\d+/g)?.length !== depth) continue;
      const outer = depth > 1 ? prefix(name, depth - 1) : "";
      const same = marks.filter((e) => shape(e.name) === shape(name) && e.name.startsWith(outer));
      if (!same.length) continue;
      const now = same.find((mark) => mark.value === value);
      moves.set(prefix(name, depth), now ? prefix(now.name, depth) : null);
    }
    pairs = pairs.flatMap(([name, value]) => {
      const old = prefix(name, depth);
      if (!moves.has(old)) return [[name, value]];
      return moves.get(old) === null ? [] : [[moves.get(old) + name.slice(old.length), value]];
    });
  }
  return pairs;
}

// --- saving ----------------------------------------------------------------------------------

const saving = new WeakSet();
const tried = new WeakMap();
const mending = new WeakMap();

const nameOf = (form) => form.id || String(forms().indexOf(form));
const formNamed = (name) => forms().find((form) => nameOf(form) === name);

function labelOf(form) {
  const said = [...form.querySelectorAll("[data-say]:checked:enabled")]
    .map((input) => input.labels[0]?.textContent.trim().replace(/\s+/g, " "));
  const label = form.closest("[data-label]")?.dataset.label;
  return [label, form.dataset.say, ...said].filter(Boolean).join(" · ");
}

function countsOf(form, submitter) {
  const counting = form.querySelectorAll(
    "[data-count]:checked:enabled, [data-count][type=hidden]:enabled");
  const counts = [form, submitter, ...counting].map((element) => element?.dataset.count);
  return [...new Set(counts.filter(Boolean))];
}

/** The thing that the page, or the part of it with the form, is about. */
const keyOf = (form) => form.closest("[data-key]")?.dataset.key;

function entryFrom(form, submitter) {
  const { outbox, form: version, next, touches = keyOf(form) } = form.dataset;
  if (!tried.has(form)) tried.set(form, crypto.randomUUID());
  return {
    id: tried.get(form), user: user(), kind: outbox, form: Number(version ?? 1),
    body: bodyOf(form, submitter), recorded_at: store.stamp(), after: [], replaces: null,
    label: labelOf(form), touches, counts: countsOf(form, submitter), next,
    page: location.pathname, place: nameOf(form), section: form.closest("section[id]")?.id,
    state: "waiting", attempts: 0, not_before: Date.now() + UNDO,
  };
}

/** Storage that fails is told, whatever it was needed for. */
export function tellFailure(error) {
  document.querySelector("[data-save-failed]")?.toggleAttribute("hidden", !error);
  if (error) console.error(error);
}

async function save(form, submitter) {
  if (saving.has(form) || isPressedAgain(form)) return;
  saving.add(form);
  tellFailure(null);
  if (!tried.has(form)) fillNow(form, isHidden); // the same again says the same
  const entry = entryFrom(form, submitter);
  try {
    const id = await store.inTime(keep(form, entry));
    await saved(form, entry, id);
  } catch (error) {
    tellFailure(error);
  } finally {
    saving.delete(form);
    keepDrafts().catch(console.error);
  }
}

/** With nothing to fill in, a second tap while the first may be taken back is no second visit. */
function isPressedAgain(form) {
  const asks = (control) => control.matches(CONTROLS) && !isHidden(control);
  return !mending.has(form) && justSaved().key === ownKey(form) && ![...form.elements].some(asks);
}

/** An entry that was never sent is changed in place; one that was gets a successor. */
async function keep(form, entry) {
  const old = mending.get(form);
  const { id, after, replaces, ...patch } = entry;
  if (old && (await store.revise(old.id, patch, draftKey(form)))) return null;
  return store.add({ ...entry, after: old?.after ?? [], replaces: old?.id ?? null }, draftKey(form));
}

async function saved(form, { next }, id) {
  sessionStorage.saved = JSON.stringify({ id, until: Date.now() + UNDO, key: ownKey(form) });
  showSaved();
  await painted();
  renew(form);
  document.dispatchEvent(new Event("outbox"));
  const url = new URL(next ?? location.pathname, location.href);
  if (url.pathname + url.search !== location.pathname + location.search) location.assign(url);
  else if (url.hash !== location.hash) location.replace(url.hash || "#"); // no way back into it
}

/** The word "saved" is seen before anything else is drawn. */
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });

/** An empty form again, with ids of its own. */
function renew(form) {
  tried.delete(form);
  mending.delete(form);
  delete form.dataset.dirty;
  delete form.dataset.beside;
  form.reset();
  for (const element of form.querySelectorAll("[data-added]")) element.remove();
  for (const button of form.querySelectorAll("[data-n]")) delete button.dataset.n;
  for (const input of form.querySelectorAll("[data-touched]")) delete input.dataset.touched;
  for (const note of form.querySelectorAll("[data-rejected], [data-draft]")) note.hidden = true;
  newIds(form);
  fillNow(form);
  reveal(form);
}

/** What was saved a moment ago, and how long that is said; a clock may be set back. */
function justSaved() {
  const saved = JSON.parse(sessionStorage.saved ?? "{}");
  const rest = (saved.until ?? 0) - Date.now();
  return rest > 0 && rest <= UNDO ? { ...saved, rest } : {};
}

let hiding;

/** "Saved", with a way back while nothing was sent. */
function showSaved() {
  const { id, rest } = justSaved();
  const toast = document.querySelector("[data-saved]");
  if (!toast) return;
  toast.hidden = !rest;
  toast.querySelector('[data-do="undo"]')?.toggleAttribute("hidden", !id);
  clearTimeout(hiding);
  if (!toast.hidden) hiding = setTimeout(showSaved, rest);
}

/** What is taken back becomes this form's draft: there is no way back beside something new in it. */
function keepSaved(form) {
  const { id, until, key } = justSaved();
  if (!id || key !== ownKey(form)) return;
  sessionStorage.saved = JSON.stringify({ until });
  showSaved();
}

/** There is no way back from what was sent meanwhile. */
export async function endUndo() {
  const { id, until, key } = justSaved();
  if (!id || !(await store.find(user(), id))?.attempts) return;
  sessionStorage.saved = JSON.stringify({ until, key });
  showSaved();
}

async function undo() {
  const { id } = justSaved();
  if (!id || !(await store.takeBack(id))) return endUndo();
  delete sessionStorage.saved;
  showSaved();
  await offerDrafts();
  return document.dispatchEvent(new Event("outbox"));
}

// --- drafts ----------------------------------------------------------------------------------

const banner = (form) => form.querySelector("[data-draft]");
const ownKey = (form) => `${location.pathname}#${nameOf(form)}@${user()}`;
/** Beside what is mended, a draft of something else is left alone. */
const draftKey = (form) => banner(form) && !("beside" in form.dataset) && ownKey(form);
let typing;

/** What is being saved is no draft any more: it would be offered again beside its entry. */
async function keepDrafts() {
  clearTimeout(typing);
  const dirty = forms().filter((form) =>
    "dirty" in form.dataset && !saving.has(form) && draftKey(form));
  await Promise.all(dirty.map((form) =>
    store.keepDraft({
      key: draftKey(form), body: bodyOf(form), mends: mending.get(form)?.id, tried: tried.get(form),
    })));
}

async function offerDrafts() {
  for (const form of forms().filter(banner)) {
    if ("dirty" in form.dataset) continue;
    banner(form).hidden = !(await store.draft(ownKey(form)));
  }
}

async function openDraft(button) {
  const form = button.closest(FORM);
  const draft = await store.draft(ownKey(form));
  banner(form).hidden = true;
  delete form.dataset.beside;
  mending.delete(form);
  if (!draft) return;
  const mended = draft.mends && (await store.find(user(), draft.mends));
  await refill(form, draft.body, { newId: !mended && !draft.tried });
  if (mended) mending.set(form, mended);
  else for (const note of form.querySelectorAll("[data-rejected]")) note.hidden = true;
  if (draft.tried) tried.set(form, draft.tried); // it may have been saved all the same
  form.dataset.dirty = "";
}

async function dropDraft(button) {
  const form = button.closest(FORM);
  banner(form).hidden = true;
  delete form.dataset.beside;
  await store.dropDraft(ownKey(form));
}

function typed({ target }) {
  const form = target.form;
  if (!form?.matches(FORM)) return;
  form.dataset.dirty = "";
  if ("now" in target.dataset) target.dataset.touched = "";
  const { refuse, refuseSays } = target.dataset;
  if (refuse) target.setCustomValidity(new RegExp(refuse, "u").test(target.value) ? refuseSays : "");
  if (draftKey(form)) banner(form).hidden = true;
  keepSaved(form);
  clearTimeout(typing);
  typing = setTimeout(keepDrafts, TYPING);
}

/** Is something typed that is not saved? It is a draft when this resolves. */
export async function holdsUnsaved() {
  await keepDrafts();
  return forms().some((form) => "dirty" in form.dataset);
}

// --- mending ---------------------------------------------------------------------------------

/** Go and open an entry in the form it was written in; on its own page that is drawn anew. */
export function mend({ id, page, section }) {
  sessionStorage.mend = id;
  const isHere = page === location.pathname;
  location.assign(section ? `${page}#${section}` : page);
  if (isHere && section) location.reload();
}

async function openMended() {
  const id = sessionStorage.mend;
  delete sessionStorage.mend;
  const entry = id && (await store.find(user(), id));
  const form = entry && formNamed(entry.place);
  if (!form) return;
  await store.revise(id, { not_before: Date.now() + HELD });
  await refill(form, entry.body);
  mending.set(form, entry);
  const draft = banner(form) && (await store.draft(ownKey(form)));
  if (draft && draft.mends !== id) form.dataset.beside = "";
  const note = form.querySelector("[data-rejected]");
  if (note && entry.reason) {
    note.hidden = false;
    (note.querySelector("[data-reason]") ?? note).textContent = entry.reason;
  }
  for (const name of Object.keys(entry.fields ?? {})) {
    for (const control of document.getElementsByName(name)) control.ariaInvalid = "true";
  }
}

// --- listening -------------------------------------------------------------------------------

export const deeds = {
  add: addItem,
  remove: (button) => button.closest("[data-item]")?.remove(),
  undo,
  "draft-open": openDraft,
  "draft-drop": dropDraft,
};

async function opened() {
  await openParts();
  for (const form of forms()) await settleIn(form);
  await offerDrafts();
}

export function listen() {
  for (const form of forms()) form.noValidate = true;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(FORM)) return;
    event.preventDefault();
    const mistake = mistakeIn(event.target);
    if (mistake) showMistake(mistake);
    else save(event.target, event.submitter);
  });
  document.addEventListener("input", typed);
  document.addEventListener("change", ({ target }) => {
    if (target.form?.matches(FORM)) revealMore(target.form);
  });
  document.addEventListener("toggle", opened, true);
  addEventListener("hashchange", () => {
    forms().forEach((form) => fillNow(form));
    opened();
  });
  addEventListener("pagehide", keepDrafts);
  document.addEventListener("visibilitychange", () =>
    document.hidden ? keepDrafts() : forms().forEach((form) => fillNow(form)));
  addEventListener("pageshow", ({ persisted }) => persisted && forms().forEach(newIds));
}

/** Make the forms of a page ready, with what was left in them. */
export async function open() {
  showSaved();
  await opened();
  await openMended();
}
