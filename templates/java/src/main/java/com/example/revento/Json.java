package com.example.revento;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Objects;

/** JSON as Revento writes it: names in snake_case, nulls kept. */
final class Json {
  /** Whatever is not a text is taken for none: one odd field does not spoil the others. */
  private static final JsonDeserializer<String> TEXT =
      (value, type, context) ->
          value instanceof JsonPrimitive some && some.isString() ? some.getAsString() : null;

  static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .registerTypeAdapter(String.class, TEXT)
          .disableHtmlEscaping()
          .create();

  private Json() {}

  /**
   * The value of some JSON; null if it is not JSON, or not whole, of which Gson would take more.
   */
  static <T> T read(String text, Class<T> type) {
    try (var reader = new JsonReader(new StringReader(text))) {
      var value = GSON.getAdapter(type).read(reader);
      return reader.peek() == JsonToken.END_DOCUMENT ? value : null;
    } catch (IOException | RuntimeException malformed) {
      return null;
    }
  }

  /** The text of a field; "" where there is none. */
  static String text(JsonObject object, String name) {
    return Objects.requireNonNullElse(GSON.fromJson(object.get(name), String.class), "");
  }
}
