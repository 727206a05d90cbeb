/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ after = 30000, clock, repeat }, trigger, tools) => {
  let count = 0;
  let left = 0;
  let since = 0;
  /** While the time runs. @type {(() => void) | undefined} */
  let stop;

  const run = () => {
    if (stop || left <= 0 || (clock !== "always" && tools.document.visibilityState === "hidden")) return;
    since = tools.now();
    stop = tools.delay(() => {
      stop = undefined;
      left = repeat ? after : 0;
      run();
      trigger({ facts: { seconds: (++count * after) / 1000 } });
    }, left);
  };
  const pause = () => {
    if (!stop) return;
    stop();
    stop = undefined;
    left -= tools.now() - since;
  };
  const begin = () => {
    pause();
    count = 0;
    left = after;
    run();
  };

  tools.on("visibilitychange", () => {
    pause();
    run();
  });
  tools.on("@route", begin);
  begin();
};
