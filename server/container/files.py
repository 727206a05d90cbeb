"""A build as files for a web server of one's own: the same that this server would deliver, under the same paths."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.container.encode import encode_literal
from server.container.fingerprint import build_hash, integrity
from server.container.packed import SUFFIXES, packed
from server.container.pointer import pointer_script
from server.model.container import Container, as_json
from server.model.json import Json

# What each kind of file must be delivered with.
POINTER_CACHE = "no-cache"
BUILD_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFiles:
    """``files``: path from the root of the host to content; scripts also packed, with `.br` and `.gz` behind."""

    build_path: str
    files: Mapping[str, bytes]


def published_files(
    container: Container, script: bytes, *, pointer: str, custom: Mapping[str, bytes], mapped: bytes, prefix: str = ""
) -> PublishedFiles:
    """``script``: the build. ``pointer``: the template. ``custom``: code of the property's own, by hash.
    ``mapped``: the build's source map.

    ``prefix``: folder of the host, such as `/assets`, or none.
    """
    name = build_hash(script)
    build_path = f"{prefix}/tags/builds/{name}.js"
    pointer_path = f"{prefix}/tags/{container.property.id}/{container.environment}.js"
    small = pointer_script(pointer, build_path)
    files = {build_path: script, pointer_path: small}
    # Builds look for it there, whatever the folder that they are in themselves.
    files |= {f"/tags/builds/{each}.js": text for each, text in custom.items()}
    files |= {
        f"{path}{SUFFIXES[coding]}": body for path, text in list(files.items()) for coding, body in packed(text).items()
    }
    files[f"{build_path}.map"] = mapped
    folder = f"{prefix}/tags/{container.property.id}/{container.environment}"
    files[f"{folder}.container.json"] = _text(as_json(container))
    files[f"{folder}.build.json"] = _text(
        {
            "build": build_path,
            "revision": container.revision,
            "integrity": integrity(script),
            "bytes": len(script),
            "brotli": len(files[f"{build_path}.br"]),
            "gzip": len(files[f"{build_path}.gz"]),
            "headers": {
                pointer_path: {"cache-control": POINTER_CACHE, "vary": "Accept-Encoding"},
                build_path: {
                    "cache-control": BUILD_CACHE,
                    "vary": "Accept-Encoding",
                    "access-control-allow-origin": "*",
                    "sourcemap": f"{build_path}.map",
                },
            },
        }
    )
    # The pointer last: whoever writes them in this order never has one to what is not there yet.
    ordered = sorted(files.items(), key=lambda file: (file[0].startswith(pointer_path), file[0]))
    return PublishedFiles(build_path=build_path, files=dict(ordered))


def _text(value: Json) -> bytes:
    return f"{encode_literal(value)}\n".encode()
