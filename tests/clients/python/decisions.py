"""What Clerk's Python SDK decides about tokens and requests.

Usage: decisions.py < INPUTS. The inputs are lines of the conformance driver in an array; the answer is an array of
`{"accepted": who}` and `{"refused": why}` in their order, and of `null` for what the SDK cannot be asked.
"""

import functools
import json
import sys
from datetime import datetime, timezone

import httpx
import jwt.api_jwt
from clerk_backend_api.security import authenticaterequest
from clerk_backend_api.security.types import AuthenticateRequestOptions, TokenVerificationError, VerifyTokenOptions
from clerk_backend_api.security.verifytoken import verify_token


class Clock:
    """The time at which everything happens, in seconds."""

    time = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(cls.time, tz or timezone.utc)


jwt.api_jwt.datetime = Clock
# The server is on this machine; a client is made for each token, and reads all of the system's certificates otherwise.
httpx.Client = functools.partial(httpx.Client, verify=False)
httpx.HTTPTransport = functools.partial(httpx.HTTPTransport, verify=False)


def settings(options):
    """The settings that tokens and requests share."""
    Clock.time = options["now"]
    names = {
        "jwt_key": "jwt_key",
        "secret_key": "secret_key",
        "authorized_parties": "authorized_parties",
        "audience": "audience",
        "clock_skew_ms": "clock_skew_in_ms",
    }
    return {theirs: options[ours] for ours, theirs in names.items() if options.get(ours) is not None}


def origin(options):
    url = options.get("base_url")
    return {"api_url": url.removesuffix("/v1")} if url else {}


def user(payload):
    return {"subject": payload.get("sub"), "session": payload.get("sid")}


def token(line):
    options = line["options"]
    return user(verify_token(line["token"], VerifyTokenOptions(**settings(options), **origin(options))))


def request(line):
    options = line["options"]
    accepts = options.get("accepts", ["session_token"])
    # The SDK has no setting for the origin of the API here.
    authenticaterequest.VerifyTokenOptions = lambda **given: VerifyTokenOptions(**given, **origin(options))
    state = authenticaterequest.authenticate_request(
        httpx.Request(line["method"], line["url"], headers=[tuple(pair) for pair in line["headers"]]),
        AuthenticateRequestOptions(**settings(options), accepts_token=[accepts] if accepts == "any" else accepts),
    )
    if not state.is_signed_in:
        raise TokenVerificationError(state.reason)
    payload = state.payload
    if "subject" in payload and "sub" not in payload:
        return {"subject": payload["subject"], "id": payload.get("id"), "client": payload.get("client_id"),
                "scopes": payload.get("scopes")}
    return user(payload) | {
        "org": payload.get("org_id"), "role": payload.get("org_role"), "slug": payload.get("org_slug"),
        "permissions": payload.get("org_permissions") or [],
    }


CALLS = {"$verify_token": token, "$authenticate": request}


def decision(line):
    call = CALLS.get(line["call"])
    # It has no check of what a user may do, of issuers, and of pending sessions.
    if call is None or line["options"].get("issuer"):
        return None
    try:
        return {"accepted": call(line)}
    except TokenVerificationError as error:
        return {"refused": error.reason.value[0]}
    except Exception as error:  # What it lets through of its libraries is a refusal, too.
        return {"refused": f"{type(error).__name__}: {error}"}


json.dump([decision(line) for line in json.load(sys.stdin)], sys.stdout)
