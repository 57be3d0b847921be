// Texts that a form refuses: the server draws the pattern and the sentence, and tries the same.

/** Does a group of the pattern match? Digits of any script count; characters nobody sees do not. */
export const isRefused = (text, pattern) =>
  [...text.normalize("NFKC").replace(/\p{Cf}/gu, "").matchAll(new RegExp(pattern, "giu"))]
    .some(([, ...found]) => found.some(Boolean));
