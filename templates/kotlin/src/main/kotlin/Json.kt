package com.example.revento

import com.google.gson.FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES
import com.google.gson.GsonBuilder
import com.google.gson.JsonObject
import com.google.gson.JsonPrimitive
import com.google.gson.stream.JsonReader
import com.google.gson.stream.JsonToken

/** JSON as Revento writes it: names in snake_case, nulls kept. */
val gson =
    GsonBuilder().setFieldNamingPolicy(LOWER_CASE_WITH_UNDERSCORES).serializeNulls().disableHtmlEscaping().create()

fun Any.toJson(): String = gson.toJson(this)

/** One whole JSON object, read strictly, which `gson.fromJson` does not; null for anything else. */
fun parseObject(text: String): JsonObject? = runCatching {
    val reader = JsonReader(text.reader())
    gson.getAdapter(JsonObject::class.java).read(reader).takeIf { reader.peek() == JsonToken.END_DOCUMENT }
}.getOrNull()

/** The text of a field; null where it is missing, or is not text. */
fun JsonObject.text(name: String): String? = (get(name) as? JsonPrimitive)?.takeIf { it.isString }?.asString
