"""uploads.py URL FILE TIMES: uploads a file so often, and prints the seconds of CPU of each upload."""

import sys
import time

from clerk_backend_api import Clerk

url, path, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
clerk = Clerk(bearer_auth="sk_test_measurement", server_url=url + "/v1")


def upload(path):
    with open(path, "rb") as file:
        clerk.users.set_profile_image(
            user_id="user_1",
            file={"file_name": "picture.png", "content": file, "content_type": "image/png"},
        )


upload(__file__)
before = time.process_time()
for _ in range(times):
    upload(path)
print((time.process_time() - before) / times)
