import { isObject } from "./isObject.js";
import { remap } from "./remap.js";

/** An object with some of its keys; of a list, each of its objects. @type {(value: any, keeps: (key: string) => boolean) => any} */
export const only = (value, keeps) =>
  Array.isArray(value)
    ? value.map((one) => only(one, keeps))
    : isObject(value)
      ? remap(value, (one, key) => (keeps(key) ? one : undefined))
      : value;
