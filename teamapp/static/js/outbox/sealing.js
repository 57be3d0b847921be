// Sealing to the server's key: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), AES-GCM. Pure:
// no imports.

const P256 = { name: "ECDH", namedCurve: "P-256" };
const SHA256 = { name: "HMAC", hash: "SHA-256" };
const INFO = "tungnha-envelope-1";
const NONE = new Uint8Array(0);

const bytesOf = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

/** Concatenate bytes. */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

async function mac(key, ...parts) {
  const imported = await crypto.subtle.importKey("raw", key, SHA256, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(SHA256, imported, join(...parts)));
}

/** HKDF with a suite's labels; a missing salt is 32 zeros, and every key fits into one hash. */
const labeled = (suite) => ({
  extract: (salt, label, secret) =>
    mac(salt ?? new Uint8Array(32), bytesOf("HPKE-v1"), suite, bytesOf(label), secret),
  expand: async (key, label, info, size) =>
    (await mac(key, Uint8Array.of(0, size), bytesOf("HPKE-v1"), suite, bytesOf(label), info,
      Uint8Array.of(1))).slice(0, size),
});

/** Seal to a raw public key; returns the ephemeral public key, followed by the ciphertext. */
export async function sealTo(to, text, { info, extra = NONE, size = 32, pair }) {
  const { subtle } = crypto;
  const own = pair ?? (await subtle.generateKey(P256, false, ["deriveBits"]));
  const sent = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
  const theirs = await subtle.importKey("raw", to, P256, false, []);
  const secret = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);

  const kem = labeled(join(bytesOf("KEM"), Uint8Array.of(0, 16)));
  const prk = await kem.extract(null, "eae_prk", new Uint8Array(secret));
  const shared = await kem.expand(prk, "shared_secret", join(sent, to), 32);

  const suite = labeled(join(bytesOf("HPKE"), Uint8Array.of(0, 16, 0, 1, 0, size / 16)));
  const about = await Promise.all([
    suite.extract(null, "psk_id_hash", NONE), suite.extract(null, "info_hash", info),
  ]);
  const context = join(Uint8Array.of(0), ...about);
  const base = await suite.extract(shared, "secret", NONE);
  const [key, iv] = await Promise.all([
    suite.expand(base, "key", context, size), suite.expand(base, "base_nonce", context, 12),
  ]);
  const sealingKey = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const options = { name: "AES-GCM", iv, additionalData: extra };
  return join(sent, new Uint8Array(await subtle.encrypt(options, sealingKey, text)));
}

/** Seal an envelope's letter, in base64. */
export const seal = async (key, letter) =>
  toBase64(await sealTo(fromBase64(key), bytesOf(JSON.stringify(letter)), { info: bytesOf(INFO) }));
