"""The session's cookie: where it is written and read. It holds what stands for a key: identity.sessions."""

from starlette.requests import Request
from starlette.responses import Response

from entrygo.identity.keys import is_session_secret

# Over HTTPS with the prefix that no other host or plain page can set (RFC 6265bis §4.1.3.2).
PLAIN_NAME = "entrygo_session"
SECURE_NAME = f"__Host-{PLAIN_NAME}"


def session_of(request: Request, *, is_https: bool) -> str:
    """The secret that the browser sent; empty when there is none.

    A key is none: a session ends within a day and at the sign-out, and a cookie with a key in it would not.
    """
    secret = request.cookies.get(_name(is_https), "")
    return secret if is_session_secret(secret) else ""


def keep_session(response: Response, secret: str, seconds: int, *, is_https: bool) -> None:
    """Gives the browser its session. Lax: a link in a mail finds it there, a foreign form does not."""
    response.set_cookie(
        _name(is_https), secret, max_age=seconds, path="/", secure=is_https, httponly=True, samesite="lax"
    )


def drop_session(response: Response, *, is_https: bool) -> None:
    """Deletes the cookie of the session."""
    response.delete_cookie(_name(is_https), path="/", secure=is_https, httponly=True, samesite="lax")


def _name(is_https: bool) -> str:
    return SECURE_NAME if is_https else PLAIN_NAME
