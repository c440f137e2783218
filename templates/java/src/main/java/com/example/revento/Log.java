package com.example.revento;

import java.time.Instant;
import java.util.LinkedHashMap;

/** The log: one JSON line for each thing that happens. */
final class Log {
  private Log() {}

  /** Fields are names and values in turn: ids, never tokens and never what attendees entered. */
  static void line(String message, Object... fields) {
    var line = new LinkedHashMap<String, Object>();
    line.put("at", Instant.now().toString());
    line.put("message", message);
    for (int at = 0; at < fields.length; at += 2) line.put((String) fields[at], fields[at + 1]);
    System.out.println(Json.GSON.toJson(line));
  }
}
