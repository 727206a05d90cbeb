"""One server over TLS and one browser for all tests with Adobe's Web SDK; each test is a new visitor."""

import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import trustme
from playwright.sync_api import Browser, BrowserContext, Playwright

from e2e.alloy.site import ALLOY, DATASTREAMS, EDGE_HOSTS, Site, add_datastreams
from e2e.browser import launch
from e2e.server import Heliograph

_CONFIGURATION_SECONDS = 10.0


@pytest.fixture(scope="session")
def secure_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert(*EDGE_HOSTS)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(folder / "chain.pem", append=number > 0)
    environ = {
        "HELIOGRAPH_TLS_CERTIFICATE": str(folder / "chain.pem"),
        "HELIOGRAPH_TLS_KEY": str(folder / "key.pem"),
        "HELIOGRAPH_EDGE_BASE_PATHS": "ee,data/c",
        "HELIOGRAPH_EDGE_REGION": "zrh1;6",
        "HELIOGRAPH_WORKERS": "1",
    }
    server = Heliograph(folder / "data", environ=environ).start()
    try:
        add_datastreams(server)
        _await_datastreams(server, authority)
    except BaseException:
        server.stop()
        raise
    yield server
    assert server.stop() == 0, "\n".join(server.output)


def _await_datastreams(server: Heliograph, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.check_hostname = False
    last = list(DATASTREAMS)[-1]
    url = f"{server.base_url}/ee/v1/collect?configId={last}"
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "text/plain"})
    give_up = time.monotonic() + _CONFIGURATION_SECONDS
    while True:
        try:
            urllib.request.urlopen(request, context=context, timeout=_CONFIGURATION_SECONDS).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            assert time.monotonic() < give_up, f"the collector did not see the datastream {last!r}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def mapped_browser(playwright: Playwright, secure_demo: Heliograph) -> Iterator[Browser]:
    port = urlsplit(secure_demo.base_url).port
    rules = ",".join(f"MAP {host}:443 127.0.0.1:{port}" for host in EDGE_HOSTS)
    browser = launch(
        playwright,
        f"--host-resolver-rules={rules},MAP * ~NOTFOUND",
        # The pages are made up by the tests, so they have no address; a real shop's may not call a loopback one.
        "--disable-features=LocalNetworkAccessChecks",
    )
    yield browser
    browser.close()


@pytest.fixture
def new_site(mapped_browser: Browser, secure_demo: Heliograph) -> Iterator[Callable[..., Site]]:
    """Makes visitors; arguments are those of Playwright's ``new_context``."""
    if not ALLOY.exists():
        if os.environ.get("CI"):
            raise FileNotFoundError(f"{ALLOY}: `make setup` installs it")
        pytest.skip("@adobe/alloy is not installed: `make setup` does it")
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Site:
        contexts.append(mapped_browser.new_context(ignore_https_errors=True, **options))  # type: ignore[arg-type]
        return Site(contexts[-1], secure_demo)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """A visitor whom nobody has seen before."""
    return new_site()
