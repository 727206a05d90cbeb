import gzip
from pathlib import Path

import pytest

from server.container.pointer import pointer_script, rollout_pointer_script
from server.model.rollout import Rollout


def test_the_builds_path_is_put_in_as_a_string() -> None:
    script = pointer_script("load(__BUILD_PATH__);", "/tags/builds/0123.js")

    assert script == b'load("/tags/builds/0123.js");'


def test_no_path_can_become_code() -> None:
    assert pointer_script("load(__BUILD_PATH__)", '");alert(1)//</script>') == (
        b'load("\\");alert(1)//\\u003c/script\\u003e")'
    )


@pytest.mark.parametrize("template", ["", "load()", "__BUILD_PATH__ __BUILD_PATH__"])
def test_a_template_of_another_version_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        pointer_script(template, "/a")


PICKER = '"use strict";__PICK__=pick(__BUILD_PATH__,__NEXT_PATH__,__SHARE__,__COOKIE__);\n'


def test_while_a_build_is_rolled_out_the_pointer_picks_one_of_two() -> None:
    rollout = Rollout(build_hash="new", percent=25)

    script = rollout_pointer_script(
        "load(__BUILD_PATH__);", PICKER, "/x/tags/builds/old.js", rollout=rollout, org_id="A@AdobeOrg"
    )

    assert script == (
        b'load(pick("/x/tags/builds/old.js","/x/tags/builds/new.js",1073741824,"kndctr_A_AdobeOrg_identity"));'
    )


def test_a_picker_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="__PICK__"):
        rollout_pointer_script(
            "__BUILD_PATH__", "pick()", "/a", rollout=Rollout(build_hash="new", percent=1), org_id=""
        )


def test_the_pointer_stays_tiny_while_a_build_is_rolled_out() -> None:
    dist = Path(__file__).parents[3] / "static" / "dist"
    template, picker = ((dist / name).read_text() for name in ("pointer.js", "rollout.js"))
    rollout = Rollout(build_hash="0" * 31 + "1", percent=10)

    plain = pointer_script(template, "/tags/builds/0123456789abcdef0123456789abcdef.js")
    script = rollout_pointer_script(
        template, picker, "/tags/builds/0123456789abcdef0123456789abcdef.js", rollout=rollout, org_id="A@AdobeOrg"
    )

    assert len(gzip.compress(plain, 9)) < 600
    assert len(gzip.compress(script, 9)) < 800
