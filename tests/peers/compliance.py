"""Checks a SCIM server with scim2-tester: compliance.py BASE TOKEN.

Prints what is not as the RFCs want it and how many checks there were; ends with 1 where anything is not.
"""

import collections
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base, token = sys.argv[1:]
client = Client(
    base_url=base.rstrip("/") + "/",
    headers={"Authorization": f"Bearer {token}"},
    timeout=60,
    trust_env=False,
)
results = check_server(SyncSCIMClient(client))
counts = collections.Counter(result.status.name for result in results)
for result in results:
    if result.status not in (Status.SUCCESS, Status.SKIPPED):
        print(f"{result.status.name}: {result.title}: {result.reason}")
print(dict(counts))
sys.exit(0 if set(counts) <= {"SUCCESS", "SKIPPED"} and counts["SUCCESS"] >= 100 else 1)
