import pytest

from server.container.pointer import pointer_script


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
