import json
import re
import subprocess

import pytest

from scripts.node import node_command
from server.property.regexes import MAX_REGEX_CHARACTERS, RegexError, check_regex

# expression, groups
FINE = [
    ("a", 0),
    (r"^/product/([^/]+)/reviews/(\d+)$", 2),
    (r"^https?://([a-z0-9.-]+)(?::\d+)?(/.*)?$", 2),
    (r"\.(jpe?g|png|pdf|docx?|xlsx?|zip)$", 1),
    (r"(?<year>\d{4})-(?<month>\d{2})", 2),
    (r"[\w.+-]+@[\w-]+\.[\w.]+", 0),
    (r"(?:foo|bar)+", 0),
    (r"(?:(?=a)b)*?x", 0),
    (r"^(?!.*test).*$", 0),
    (r"[-a\]\\^$\d\n]", 0),
    (r"[a-c\--/]", 0),
    (r"a{2}b{2,}c{0,1}d{2,5}?", 0),
    (r"\$\^\/\(\)\bx\B", 0),
    ("(?:ab){3}", 0),
    ("a|", 0),
    ("é+|[à-ü]", 0),
    ("(a|b|ab)", 1),
    ("a" * MAX_REGEX_CHARACTERS, 0),
]


@pytest.mark.parametrize(("text", "groups"), FINE)
def test_a_plain_expression_passes_and_tells_its_groups(text: str, groups: int) -> None:
    assert check_regex(text) == groups


@pytest.mark.node
def test_what_passes_compiles_in_javascript_with_and_without_the_u_flag() -> None:
    node = node_command("node")
    program = (
        "for (const [text, groups] of JSON.parse(require('fs').readFileSync(0, 'utf8')))"
        "for (const flags of ['', 'u', 'i'])"
        "if (new RegExp(text + '|', flags).exec('').length !== groups + 1) throw new Error(text);"
    )

    subprocess.run([*node, "-e", program], input=json.dumps(FINE), text=True, check=True, timeout=30)


FAULTS = [
    ("", "empty"),
    ("a" * (MAX_REGEX_CHARACTERS + 1), "201 characters"),
    ("(a+)+", "for ever"),
    ("(a*)*", "for ever"),
    (r"(\d+,?)+", "for ever"),
    ("(a?){30}", "for ever"),
    ("(a|a)*", "for ever"),
    ("(a|ab)*", "for ever"),
    (r"(\w|\d)+", "for ever"),
    ("((a|ab)c?){2,}", "for ever"),
    ("(a{1,5}){20}", "for ever"),
    ("a?" * 12 + "b", "optional parts"),
    ("(a|ab)" * 12, "optional parts"),
    (".*a.*b.*c.*d.*", "at most 4"),
    (r"(a)\1", "refers back"),
    (r"\k<x>", "means nothing"),
    (r"\p{L}", "means nothing"),
    ("(?<=a)b", "none of"),
    ("(?<1>a)", "none of"),
    ("(?<x", "none of"),
    ("(?i)a", "none of"),
    ("(?<x>a)(?<x>b)", "Two groups"),
    ("(a", "never closed"),
    ("a)", "closes nothing"),
    ("[a", "never closed"),
    ("[a-", "never closed"),
    ("[]", "empty"),
    ("[^]", "empty"),
    ("[b-a]", "no order"),
    (r"[a-\d]", "no order"),
    ("[[a]", "needs a backslash"),
    (r"[\q]", "means nothing"),
    ("*a", "repeats nothing"),
    ("a|+", "repeats nothing"),
    ("{1}", "repeats nothing"),
    ("a{", "begins no count"),
    ("a{x}", "begins no count"),
    ("a{,3}", "begins no count"),
    ("a{3,2}", "go upwards"),
    ("a{1,101}", "100 at most"),
    ("a{99999999999}", "100 at most"),
    ("a++", "Two repetitions"),
    ("a{2}{3}", "Two repetitions"),
    ("^*", "a place"),
    (r"\b+", "a place"),
    ("(?=a)?", "a place"),
    ("a]", "written"),
    ("a}", "written"),
    ("a\\", "drop the backslash"),
    (r"\-", "drop the backslash"),
    ("😀", "cannot be part"),
    ("(" * 12 + "a" + ")" * 12, "nest deeper"),
]


@pytest.mark.parametrize(("text", "part"), FAULTS)
def test_what_can_hang_a_page_or_is_no_expression_is_refused(text: str, part: str) -> None:
    with pytest.raises(RegexError) as caught:
        check_regex(text)

    assert part in str(caught.value)


@pytest.mark.parametrize("text", [text for text, _ in FINE])
def test_what_passes_is_an_expression_for_python_too(text: str) -> None:
    re.compile(text.replace("(?<", "(?P<"))
