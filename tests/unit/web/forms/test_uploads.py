import pytest
from starlette.exceptions import HTTPException

from server.web.forms.uploads import MAX_PARTS, decode_upload

BOUNDARY = b"----x"


def a_part(disposition: str, content: bytes) -> bytes:
    return (
        b"--"
        + BOUNDARY
        + b"\r\nContent-Disposition: form-data; "
        + disposition.encode()
        + b"\r\n\r\n"
        + content
        + b"\r\n"
    )


def a_body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


def test_texts_are_fields_and_files_are_bytes_as_they_are() -> None:
    content = b"\x00\r\n--\r\n\xff\n"
    body = a_body(
        a_part('name="csrf"', "é".encode()),
        a_part('name="group"', b"a"),
        a_part('name="group"', b""),
        a_part('name="files"; filename="a.json"\r\nContent-Type: application/json', content),
    )

    upload = decode_upload(body, BOUNDARY)

    assert upload.fields.multi_items() == [("csrf", "é"), ("group", "a"), ("group", "")]
    assert upload.files == {"a.json": content}


def test_a_file_that_was_not_chosen_is_none() -> None:
    body = a_body(a_part('name="files"; filename=""', b""), a_part('name="files"; filename="empty.json"', b""))

    assert decode_upload(body, BOUNDARY).files == {}


def test_files_of_one_name_stay_two() -> None:
    body = a_body(*(a_part('name="files"; filename="a.json"', b"%d" % number) for number in range(3)))

    assert decode_upload(body, BOUNDARY).files == {"a.json": b"0", "a.json (2)": b"1", "a.json (3)": b"2"}


@pytest.mark.parametrize("name", ["übung.json", "%22quoted%22.json"])
def test_a_files_name_is_kept(name: str) -> None:
    assert list(decode_upload(a_body(a_part(f'name="f"; filename="{name}"', b"x")), BOUNDARY).files) == [name]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--" + BOUNDARY,
        a_part('name="a"', b"b"),
        a_body(b"--" + BOUNDARY + b"\r\nno headers\r\n"),
        a_body(b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n\r\nno name\r\n"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(HTTPException, match="could not be read") as refused:
        decode_upload(body, BOUNDARY)

    assert refused.value.status_code == 400


def test_parts_have_an_end() -> None:
    with pytest.raises(HTTPException, match="at once") as refused:
        decode_upload(a_body(*[a_part('name="a"', b"")] * (MAX_PARTS + 1)), BOUNDARY)

    assert refused.value.status_code == 413
