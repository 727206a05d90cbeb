/**
 * What `run` answers, or undefined when it throws.
 * @type {<Result>(run: () => Result) => Result | undefined}
 */
export const attempt = (run) => {
  try {
    return run();
  } catch {
    return undefined;
  }
};
