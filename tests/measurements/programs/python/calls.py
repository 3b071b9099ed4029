"""calls.py URL CALLS AT_ONCE: lists ten users so often, and prints the microseconds of CPU of each call."""

import asyncio
import sys
import time

from clerk_backend_api import Clerk, models

url, calls, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
clerk = Clerk(bearer_auth="sk_test_measurement", server_url=url + "/v1")
request = models.GetUserListRequest(limit=10)


async def some(calls):
    for _ in range(calls):
        assert len(await clerk.users.list_async(request=request)) == 10


async def all_at_once(calls):
    await asyncio.gather(*(some(calls // at_once) for _ in range(at_once)))


def one_by_one(calls):
    for _ in range(calls):
        assert len(clerk.users.list(request=request)) == 10


async def main():
    await all_at_once(max(at_once, calls // 10))
    before = time.process_time()
    await all_at_once(calls)
    return before


if at_once > 1:
    before = asyncio.run(main())
else:
    one_by_one(calls // 10)
    before = time.process_time()
    one_by_one(calls)
print((time.process_time() - before) * 1e6 / (calls // at_once * at_once))
