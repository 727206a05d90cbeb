/** @import {Core} from '../../types.js' */
import { merge } from "../merge.js";
import { device } from "./device.js";
import { environment } from "./environment.js";
import { implementationDetails } from "./implementationDetails.js";
import { placeContext } from "./placeContext.js";
import { web } from "./web.js";

/** @type {Record<string, (core: Core) => any>} */
const CONTEXTS = { web, device, environment, placeContext };

/**
 * What every event says of the browser, with the paths that Adobe's Web SDK uses (edge-protocol.md, section 12).
 * @param {Core} core needs `container`, `page`, `platform` and `version`
 */
export const createContext = (core) => {
  const wanted = core.container.context || Object.keys(CONTEXTS);
  return () => {
    let context = implementationDetails(core.version);
    for (const name of wanted) {
      const part = CONTEXTS[name];
      if (part) context = merge(context, part(core));
    }
    return context;
  };
};
