# frozen_string_literal: true

# Each worker loads the app itself: the thread that works deliveries would not survive a fork.
preload_app! false
