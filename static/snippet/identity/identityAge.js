/** As long as the server's own (395 days; browsers keep scripts' cookies for 400 days at most). */
export const IDENTITY_AGE_SECONDS = 34128000;
