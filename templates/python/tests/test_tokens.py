import threading
import unittest

from tests import settings  # noqa: F401
from tokens import DIRECTORY, LoginEnded, login_for, refreshed, seal, store, unseal


class Refused(Exception):
    def __init__(self, code, is_unused=False):
        super().__init__(code)
        self.code = code
        self.is_unused = is_unused


def login(event_id):
    tokens = {"access_token": "a1", "refresh_token": f"r1 of {event_id}"}
    return {"event_id": event_id, "organization_id": "org_1", "scope": "", **tokens}


def renewed(_form):
    return {"access_token": "a2", "refresh_token": "r2"}


class Tokens(unittest.TestCase):
    def test_tokens_are_encrypted_on_disk(self):
        store(login("evt_sealed"))
        self.assertEqual(login_for("evt_sealed")["access_token"], "a1")
        for path in DIRECTORY.iterdir():
            self.assertNotIn(b"evt_sealed", path.read_bytes())

    def test_a_sealed_value_opens_under_its_own_name_only(self):
        sealed = seal({"a": 1}, "one")
        self.assertEqual(unseal(sealed, "one"), {"a": 1})
        with self.assertRaises(Exception):
            unseal(sealed, "another")
        with self.assertRaises(Exception):
            unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "one")

    def test_twenty_threads_refresh_once(self):
        store(login("evt_single"))
        requests, found = [], []

        def request(form):
            requests.append(form)
            return renewed(form)

        def run():
            found.append(refreshed(login("evt_single"), request)["access_token"])

        threads = [threading.Thread(target=run) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(requests), 1)
        self.assertEqual(found, ["a2"] * 20)
        self.assertEqual(login_for("evt_single")["refresh_token"], "r2")

    def test_invalid_grant_ends_the_login(self):
        store(login("evt_ended"))

        def refuse(_form):
            raise Refused("invalid_grant")

        with self.assertRaises(LoginEnded):
            refreshed(login("evt_ended"), refuse)
        with self.assertRaises(LoginEnded):
            login_for("evt_ended")

    def test_a_refresh_that_revento_never_got_is_sent_again(self):
        store(login("evt_unused"))

        def fail(_form):
            raise Refused("unreachable", is_unused=True)

        with self.assertRaises(Refused):
            refreshed(login("evt_unused"), fail)
        self.assertEqual(refreshed(login("evt_unused"), renewed)["access_token"], "a2")
