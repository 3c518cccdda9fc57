"""Whether a form was sent by a page of this console, by what the browser itself says of it.

As Go's net/http CrossOriginProtection decides: no token to mint, store or lose.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from entrygo.domain.errors import InsufficientScope

OWN_SITES = ("same-origin", "none")  # none: the address was typed, or a bookmark
FOREIGN = "This form was not sent by a page of this console. Open the page again and repeat it there."


def check_origin(request: Request) -> None:
    """InsufficientScope for a request that another site's page made, or that does not say."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in OWN_SITES:
            return
    elif _is_own(request):
        return
    raise InsufficientScope(FOREIGN)


def _is_own(request: Request) -> bool:
    """Browsers leave Sec-Fetch-Site out over plain HTTP off localhost; their forms send Origin then."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")
