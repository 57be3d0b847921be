// A phone's disk: the part of IndexedDB that database.js uses, in memory, one per phone.

import { AsyncLocalStorage } from "node:async_hooks";

/** The life that the running code belongs to: {phone, dead}. */
export const living = new AsyncLocalStorage();

export class Dead extends Error {}

/** Return the life the running code belongs to; throw if its phone was killed. */
export function life() {
  const found = living.getStore();
  if (found.dead) throw new Dead("this phone was killed");
  return found;
}

const schema = new Map();

/** Replace idb's openDB; phones share the schema, not the rows. */
export async function openDB(_name, _version, { upgrade }) {
  upgrade({ createObjectStore }, 0);
  return { transaction: (names) => new Transaction(life(), names) };
}

function createObjectStore(name, { keyPath } = {}) {
  const indexes = new Map();
  schema.set(name, { keyPath, indexes });
  return { createIndex: (index, path) => indexes.set(index, path) };
}

/** Serial and atomic; it commits when no request is pending. */
class Transaction {
  constructor(owner, names) {
    this.owner = owner;
    this.names = names;
    this.staged = [];
    this.pending = 0;
    const { promise, resolve, reject } = Promise.withResolvers();
    Object.assign(this, { done: promise, resolve, reject, started: owner.phone.turn });
    owner.phone.turn = promise.catch(() => {});
    promise.catch(() => {});
    this.ask(() => {}).catch(() => {});
  }

  get store() {
    return this.objectStore(this.names[0]);
  }

  objectStore(name) {
    return new Store(this, name);
  }

  async ask(work) {
    if (this.over || this.told) throw new DOMException("over", "TransactionInactiveError");
    this.pending += 1;
    try {
      await this.started;
      if (this.owner.dead) throw new Dead("killed in the middle of a transaction");
      return await work();
    } catch (error) {
      this.failed ??= error;
      if (!this.told || error instanceof Dead) throw error;
      this.error = this.failed; // as the standard defines errors during a commit
      throw new DOMException("aborted", "AbortError");
    } finally {
      this.pending -= 1;
      setImmediate(() => this.end());
    }
  }

  /** Accept no further requests. */
  commit() {
    this.told = true;
  }

  abort() {
    if (this.told) throw new DOMException("over", "InvalidStateError");
    this.failed ??= new DOMException("aborted", "AbortError");
  }

  end() {
    if (this.pending || this.over) return;
    this.over = true;
    if (this.owner.dead) this.failed ??= new Dead("killed before the commit");
    if (this.failed) return this.reject(this.failed);
    for (const [rows, key, row] of this.staged) {
      if (row === undefined) rows.delete(key);
      else rows.set(key, row);
    }
    return this.resolve();
  }
}

class Store {
  constructor(tx, name) {
    const { keyPath, indexes } = schema.get(name);
    const { disk } = tx.owner.phone;
    if (!disk.has(name)) disk.set(name, new Map());
    Object.assign(this, { tx, keyPath, indexes, rows: disk.get(name) });
  }

  seen() {
    const rows = new Map(this.rows);
    for (const [of, key, row] of this.tx.staged) if (of === this.rows) rows.set(key, row);
    return rows;
  }

  /** Return all rows in key order: [[key, row]]. */
  pairs() {
    const there = [...this.seen()].filter(([, row]) => row !== undefined);
    return there.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  find(matches = () => true) {
    return this.pairs().filter(([, row]) => matches(row)).map(([, row]) => structuredClone(row));
  }

  get(key) {
    return this.tx.ask(() => structuredClone(this.seen().get(key)));
  }

  getAll() {
    return this.tx.ask(() => this.find());
  }

  getAllKeys() {
    return this.tx.ask(() => this.pairs().map(([key]) => key));
  }

  put(row, key = row[this.keyPath]) {
    return this.tx.ask(() => void this.tx.staged.push([this.rows, key, structuredClone(row)]));
  }

  add(row, key = row[this.keyPath]) {
    return this.tx.ask(() => {
      if (this.seen().get(key)) throw new DOMException("there already", "ConstraintError");
      this.tx.staged.push([this.rows, key, structuredClone(row)]);
    });
  }

  delete(key) {
    return this.tx.ask(() => void this.tx.staged.push([this.rows, key, undefined]));
  }

  index(name) {
    const path = [this.indexes.get(name)].flat();
    const matching = (wanted) =>
      this.find((row) => path.every((part, place) => row[part] === [wanted].flat()[place]));
    return {
      getAll: (wanted) => this.tx.ask(() => matching(wanted)),
      count: (wanted) => this.tx.ask(() => matching(wanted).length),
    };
  }
}
