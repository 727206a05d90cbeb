/**
 * Every run of white space is one space, none at the ends; characters that nobody sees are gone.
 * @param {string} [text]
 */
export const cleanText = (text = "") =>
  text
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/\s+/g, " ")
    .trim();
