"""The whole integration at a sandbox: revento sandbox exec … -- python3 -m unittest"""

import os
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests

from tests import settings  # noqa: F401

KEY = os.environ.get("REVENTO_SANDBOX_KEY")
SANDBOX = os.environ["REVENTO_AUTH_BASE"]
REDIRECT = urlsplit(os.environ["REVENTO_REDIRECT_URI"])
HERE = f"http://{REDIRECT.netloc}"


def control(path, **body):
    answer = requests.post(f"{SANDBOX}/_sandbox/v1{path}", json=body, headers={"Authorization": f"Bearer {KEY}"})
    answer.raise_for_status()
    return answer.json()


def sync(_number=0):
    return requests.post(f"{HERE}/sync", params={"event": os.environ["SANDBOX_EVENT_ID"]}).status_code


def participants():
    return requests.get(f"{HERE}/participants").json()["data"]


def is_up():
    try:
        return requests.get(f"{HERE}/healthz").ok
    except requests.ConnectionError:
        return False


@unittest.skipUnless(KEY, "needs a sandbox")
class Sandbox(unittest.TestCase):
    def setUp(self):
        environment = {**os.environ, "PORT": str(REDIRECT.port)}
        server = subprocess.Popen([sys.executable, "app.py"], env=environment, stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.until(is_up)

    def until(self, holds):
        for _ in range(200):
            if holds():
                return
            time.sleep(0.025)
        self.fail("it did not happen")

    def test_connects_reads_hears_of_changes_refreshes_once_and_forgets(self):
        start = requests.get(f"{HERE}/connect", allow_redirects=False)
        consent = requests.get(start.headers["Location"], allow_redirects=False)
        self.assertEqual(requests.get(consent.headers["Location"]).status_code, 400, "another browser is refused")
        answer = requests.get(consent.headers["Location"], cookies=start.cookies.get_dict())
        self.assertEqual(answer.status_code, 200)

        self.assertEqual(sync(), 200)
        before = len(participants())
        self.assertGreater(before, 30)
        control("/do", action="apply")
        self.until(lambda: len(participants()) == before + 1)

        control("/clock/advance", ms=3_700_000)
        with ThreadPoolExecutor(20) as pool:
            self.assertEqual(set(pool.map(sync, range(20))), {200})

        control("/revoke")
        self.until(lambda: participants() == [])
        self.assertEqual(sync(), 409)
