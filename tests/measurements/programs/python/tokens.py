"""tokens.py TOKEN PEM: checks a token often, and prints the microseconds of CPU of each check."""

import sys
import time

from clerk_backend_api.security.types import VerifyTokenOptions
from clerk_backend_api.security.verifytoken import verify_token

token, options = sys.argv[1], VerifyTokenOptions(jwt_key=sys.argv[2])


def check(times):
    for _ in range(times):
        assert verify_token(token, options)["sub"]


check(300)
before = time.process_time()
check(3000)
print((time.process_time() - before) * 1e6 / 3000)
