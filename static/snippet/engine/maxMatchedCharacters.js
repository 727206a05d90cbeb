/** Of a text that a regular expression looks at: strangers choose it, so its length is the cost. */
export const MAX_MATCHED_CHARACTERS = 2000;
