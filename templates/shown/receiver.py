import hashlib
import hmac
import json
import os
import re
import sys
import time
from datetime import datetime, timezone

from flask import Flask, request


# from templates/python/config.py: required


# from templates/python/config.py: secrets

# from templates/python/config.py: problems


# from templates/python/config.py: log


# from templates/python/webhooks.py: verify


# from templates/python/webhooks.py: receive


seen = set()  # use a table with a unique column: this is lost on restart


def accept(delivery_id, event):
    if delivery_id in seen:  # Revento repeats deliveries whose answer was lost
        return
    print(event["type"], event["id"], flush=True)  # queue slow work
    seen.add(delivery_id)


# from templates/python/app.py: app


# from templates/python/app.py: route


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT") or 3000))
