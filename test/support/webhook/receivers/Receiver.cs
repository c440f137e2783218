using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

static class Receiver {
  static readonly HashSet<string> seen = new HashSet<string>();
  static readonly byte[] secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("RECEIVER_SECRET"));

  static void Main() {
    var listener = new HttpListener();
    listener.Prefixes.Add("http://127.0.0.1:" + Environment.GetEnvironmentVariable("PORT") + "/");
    listener.Start();
    while (true) {
      var context = listener.GetContext();
      ThreadPool.QueueUserWorkItem(_ => Answer(context));
    }
  }

  static void Answer(HttpListenerContext context) {
    var body = new MemoryStream();
    context.Request.InputStream.CopyTo(body);
    string word;
    context.Response.StatusCode = Judge(context.Request.RawUrl.Substring(1), context.Request.Headers, body.ToArray(), out word);
    var bytes = Encoding.UTF8.GetBytes(word);
    context.Response.ContentLength64 = bytes.Length;
    context.Response.OutputStream.Write(bytes, 0, bytes.Length);
    context.Response.Close();
  }

  static bool IsKnown(string id) {
    lock (seen) return !seen.Add(id ?? "");
  }

  static int Judge(string mistake, NameValueCollection headers, byte[] raw, out string word) {
    var id = headers["X-Revento-Delivery-Id"];
    var timestamp = headers["X-Revento-Timestamp"] ?? "";
    word = "duplicate";
    if (mistake == "id-first" && IsKnown(id)) return 200;
    word = "refused";
    if (mistake != "no-timestamp") {
      if (!Regex.IsMatch(timestamp, @"\A[0-9]{1,12}\z")) return 401;
      var age = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp);
      if (Math.Abs(age) > 300) return 401;
    }
    var signed = mistake == "trimmed" ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(raw).Trim()) : raw;
    using (var mac = new HMACSHA256(secret)) {
      var prefix = Encoding.UTF8.GetBytes(timestamp + ".");
      mac.TransformBlock(prefix, 0, prefix.Length, null, 0);
      mac.TransformFinalBlock(signed, 0, signed.Length);
      var wanted = "sha256=" + BitConverter.ToString(mac.Hash).Replace("-", "").ToLowerInvariant();
      if (!IsEqual(wanted, headers["X-Revento-Signature"] ?? "")) return 401;
    }
    if (raw.Length == 0 || raw[0] != '{') return 400;
    word = "duplicate";
    if (mistake != "id-first" && IsKnown(id)) return 200;
    word = "processed";
    return 200;
  }

  static bool IsEqual(string one, string other) {
    if (one.Length != other.Length) return false;
    var difference = 0;
    for (var at = 0; at < one.Length; at++) difference |= one[at] ^ other[at];
    return difference == 0;
  }
}
