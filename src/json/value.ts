/** A JSON value held as plain JavaScript. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * One JSON value as the text it arrived in. Numbers keep their digits (`2.50`, `1e400`) and unknown fields stay,
 * because nothing parses it on the way to `json` and `ndjson`.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
