# frozen_string_literal: true

# Each worker loads the app itself: the thread that works deliveries would not survive a fork.
preload_app! false
# SIGTERM ends it with status 0: as the first process of a container, it cannot end by a signal.
raise_exception_on_sigterm false
