"""Errors of the management APIs: the platform's shape, in one place."""

from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

_TYPE = "https://ns.heliograph.dev/errors/"


class ApiError(Exception):
    """A request that is not answered. ``detail``: a sentence with the cure. ``faults``: where there are several."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        faults: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.faults = faults
        self.headers = headers


def error_answer(error: ApiError) -> Response:
    body = {
        "type": f"{_TYPE}{error.title.lower().replace(' ', '-')}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "report": {"detailed-message": error.detail, "sub-errors": [{"detail": fault} for fault in error.faults]},
    }
    return JSONResponse(body, status_code=error.status, headers=error.headers, media_type="application/problem+json")
