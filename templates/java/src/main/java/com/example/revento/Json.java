package com.example.revento;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;

/** JSON as Revento writes it: names in snake_case, nulls kept. */
final class Json {
  static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  private Json() {}

  /**
   * Reads one whole JSON value. `Gson.fromJson` takes more than JSON: use it for what is our own.
   *
   * @throws JsonParseException for anything else
   */
  static <T> T read(String text, Class<T> type) {
    try (var reader = new JsonReader(new StringReader(text))) {
      var value = GSON.getAdapter(type).read(reader);
      if (value == null || reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonParseException("Not one JSON value.");
      }
      return value;
    } catch (IOException | IllegalStateException malformed) {
      throw new JsonParseException("Not the JSON that was expected.");
    }
  }
}
