"""Settings from the environment, and the log. All are checked here: a wrong one ends the start, not a request."""

import base64
import json
import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit


for _line in Path(".env").read_text().splitlines() if Path(".env").exists() else ():
    _name, _separator, _value = _line.partition("=")
    if _separator and not _name.startswith("#"):
        os.environ.setdefault(_name.strip(), _value.strip().strip("'\""))  # what is set takes precedence


# region required
_problems = []


def _required(name):
    value = os.environ.get(name, "").strip()
    if not value:
        _problems.append(f"Set {name}.")
    return value
# endregion


def _url(name):
    value = _required(name)
    if value and urlsplit(value).scheme not in ("http", "https"):
        _problems.append(f"{name} is not a URL.")
    return value


def _token_key():
    text = _required("REVENTO_TOKEN_KEY")
    if re.fullmatch("[A-Za-z0-9+/]{43}=", text):
        return base64.b64decode(text)
    _problems.append("Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32")


AUTH_BASE = _url("REVENTO_AUTH_BASE").rstrip("/")
API_BASE = _url("REVENTO_API_BASE").rstrip("/")
CLIENT_ID = _required("REVENTO_CLIENT_ID")
CLIENT_SECRET = _required("REVENTO_CLIENT_SECRET")
REDIRECT_URI = _url("REVENTO_REDIRECT_URI")
EVENT_ID = _required("SANDBOX_EVENT_ID")
# region secrets
# While the signing secret is rotated, deliveries may be signed with either of the two.
_secrets = [_required("REVENTO_WEBHOOK_SECRET"), os.environ.get("REVENTO_WEBHOOK_SECRET_PREVIOUS", "").strip()]
WEBHOOK_SECRETS = [secret.encode() for secret in _secrets if secret]
# endregion
TOKEN_KEY = _token_key()
# A directory for each API: what belongs to one is never sent to another, such as a sandbox.
DATA_DIR = Path(os.environ.get("DATA_DIR") or "data") / urlsplit(API_BASE).netloc.replace(":", "_")
_port = os.environ.get("PORT", "").strip() or "3000"
if not _port.isdecimal() or not 0 < int(_port) < 65_536:
    _problems.append("PORT is not a port.")

# region problems
if _problems:
    sys.exit("\n".join(_problems))
# endregion
PORT = int(_port)


# region log
def log(message, **fields):
    """Writes one JSON line. Give it ids, never tokens and never what attendees entered."""
    print(json.dumps({"at": datetime.now(timezone.utc).isoformat(), "message": message, **fields}), flush=True)
# endregion


def reason(error, *ours):
    """Why something failed, for the log: words of the system and of `ours`. Others may quote what attendees entered."""
    return str(error) if isinstance(error, (OSError, *ours)) else type(error).__name__
