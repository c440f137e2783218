package com.example.revento

import com.google.gson.FieldNamingPolicy
import com.google.gson.Gson
import com.google.gson.GsonBuilder
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import com.google.gson.JsonPrimitive
import com.google.gson.stream.JsonReader
import com.google.gson.stream.JsonToken
import java.io.IOException

/** JSON as Revento writes it: names in snake_case, nulls kept. */
val gson: Gson = GsonBuilder()
    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
    .serializeNulls()
    .disableHtmlEscaping()
    .create()

fun Any.toJson(): String = gson.toJson(this)

/**
 * One whole JSON object; `gson.fromJson` takes more than JSON.
 *
 * @throws JsonParseException for anything else
 */
fun parseObject(text: String): JsonObject {
    val reader = JsonReader(text.reader())
    try {
        val value = gson.getAdapter(JsonElement::class.java).read(reader)
        if (value is JsonObject && reader.peek() == JsonToken.END_DOCUMENT) return value
    } catch (_: IOException) {
        // Its message may quote the text.
    }
    throw JsonParseException("This is not one JSON object.")
}

/** The text of a field; null where it is missing, or is not text. */
fun JsonObject.text(name: String): String? = (get(name) as? JsonPrimitive)?.asString
