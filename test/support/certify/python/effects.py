"""What the golden integration did for deliveries: how many mails it sent."""

import os
import sqlite3

db = sqlite3.connect(f"file:{os.path.join(os.environ['GOLDEN_HOME'], 'golden.db')}?mode=ro", uri=True)
print(db.execute("SELECT count(*) FROM mails").fetchone()[0])
