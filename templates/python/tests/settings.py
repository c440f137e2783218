"""Settings of the tests: a directory and secrets of their own. Import it before anything else."""

import atexit
import base64
import os
import secrets
import shutil
import tempfile

_directory = tempfile.mkdtemp(prefix="revento-integration-")
atexit.register(shutil.rmtree, _directory, ignore_errors=True)

_defaults = {
    "REVENTO_AUTH_BASE": "http://localhost:9",
    "REVENTO_API_BASE": "http://localhost:9/api/v1",
    "REVENTO_CLIENT_ID": "tests",
    "REVENTO_CLIENT_SECRET": secrets.token_hex(24),
    "REVENTO_WEBHOOK_SECRET": secrets.token_hex(24),
    "REVENTO_REDIRECT_URI": "http://localhost:3000/callback",
    "SANDBOX_EVENT_ID": "evt_test_published",
}
for _name, _value in _defaults.items():
    os.environ.setdefault(_name, _value)
os.environ["REVENTO_TOKEN_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
os.environ["DATA_DIR"] = _directory
