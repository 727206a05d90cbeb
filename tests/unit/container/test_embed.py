from server.container.embed import csp_directives, embed_code, embed_code_with_nonce


def test_the_embed_code_is_exactly_one_line() -> None:
    code = embed_code(base_url="https://t.shop.example", property_id="retail-web", environment="production")

    assert code == '<script async src="https://t.shop.example/tags/retail-web/production.js"></script>'


def test_a_slash_at_the_end_of_the_address_makes_no_difference() -> None:
    with_slash = embed_code(base_url="https://t.shop.example/x/", property_id="a", environment="staging")

    assert with_slash == '<script async src="https://t.shop.example/x/tags/a/staging.js"></script>'


def test_nothing_in_an_address_can_leave_its_attribute() -> None:
    code = embed_code(base_url='https://a.example/"><b>', property_id='"/x', environment="<>")

    assert code == ('<script async src="https://a.example/&quot;&gt;&lt;b&gt;/tags/%22%2Fx/%3C%3E.js"></script>')


def test_the_nonce_is_left_to_the_sites_own_templates() -> None:
    given = {"base_url": "https://t.example", "property_id": "a", "environment": "production"}

    assert embed_code_with_nonce(**given) == (
        '<script async nonce="{{ nonce }}" src="https://t.example/tags/a/production.js"></script>'
    )
    assert embed_code_with_nonce(**given, nonce='"x') == (
        '<script async nonce="&quot;x" src="https://t.example/tags/a/production.js"></script>'
    )


def test_the_policy_names_where_scripts_come_from_and_where_beacons_go() -> None:
    assert csp_directives(base_url="https://t.example:8443/x", edge="https://c.example") == {
        "script-src": "https://t.example:8443",
        "connect-src": "https://c.example",
    }
    assert csp_directives(base_url="http://localhost:8000", edge=None) == {
        "script-src": "http://localhost:8000",
        "connect-src": "http://localhost:8000",
    }
