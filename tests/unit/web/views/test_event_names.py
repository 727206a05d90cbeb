import pytest

from server.web.views.event_names import event_name


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        ("web.webpagedetails.pageViews", "Page view"),
        ("commerce.productListAdds", "Added to cart"),
        ("commerce.backofficeOrderPlaced", "Backoffice order placed"),
        ("leadOperation.newLead", "New lead"),
        ("shop.size_guide-opened", "Size guide opened"),
        ("plain", "Plain"),
        ("", "Event"),
        ("a.", "Event"),
        ("shop.Ärger", "Ärger"),
    ],
)
def test_names_of_event_types(event_type: str, name: str) -> None:
    assert event_name(event_type) == name
