import os


def has(*mistakes):
    """Whether the integration makes one of these mistakes on purpose: MUTANT names one."""
    return os.environ.get("MUTANT") in mistakes
