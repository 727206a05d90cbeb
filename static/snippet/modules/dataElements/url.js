/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ of, get, index = 0, name }, { page, parseUrl }) => {
  const url = parseUrl(of || page.url());
  if (!url) return undefined;
  const { hostname, hash, origin, pathname: path, port, protocol, search: query, searchParams } = url;
  const segments = path.split("/").filter(Boolean);
  const [, extension] = /\.([^./]+)$/.exec(path) || [];
  return /** @type {any} */ ({
    extension,
    hash,
    hostname,
    origin,
    parameter: searchParams.get(name),
    path,
    port,
    protocol: protocol.slice(0, -1),
    query,
    segment: segments[index < 0 ? segments.length + index : index],
  })[get];
};
