package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The routes. */
record App(Config config, Tokens tokens, OAuth oauth, Webhooks webhooks, Mirror mirror) {
  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final String COOKIE = "revento_attempt";
  private static final Pattern SENT_COOKIE = Pattern.compile("(?:^|; )" + COOKIE + "=([\\w-]+)");
  private static final String THIS_MACHINE = "(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?";

  static App of(Config config) {
    var sealed = new Sealed(config.tokenKey);
    var tokens = new Tokens(config, sealed);
    var oauth = new OAuth(config, sealed, tokens);
    var mirror = new Mirror(config, sealed, tokens, new Api(config, tokens, oauth));
    return new App(config, tokens, oauth, new Webhooks(config, sealed, tokens), mirror);
  }

  /** Listens, and works deliveries from now on. */
  HttpServer serve() throws IOException {
    // Small answers leave at once, and a client that sends a request slowly is cut off.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    var server = HttpServer.create(new InetSocketAddress(config.port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::handle);
    server.start();
    new Thread(() -> webhooks.workDeliveries(mirror::work)).start();
    return server;
  }

  void handle(HttpExchange exchange) throws IOException {
    try {
      route(exchange, query(exchange));
    } catch (Exception failure) {
      fail(exchange, failure);
    } finally {
      exchange.close();
    }
  }

  private void route(HttpExchange exchange, Map<String, String> query) throws Exception {
    query.remove("event", ""); // which is as if there were none
    var eventId = query.getOrDefault("event", config.eventId);
    switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
      case "GET /healthz", "HEAD /healthz" -> reply(exchange, 200, Map.of("status", "ok"));
      case "GET /connect" -> connect(exchange, eventId);
      case "GET /callback" -> callback(exchange, query);
      case "POST /webhooks/revento" -> webhook(exchange);
      case "GET /participants" ->
          replyHere(exchange, () -> Map.of("data", mirror.participants(eventId)));
      case "POST /sync" -> replyHere(exchange, () -> Map.of("events", sync(query.get("event"))));
      default -> reply(exchange, 404, Map.of("error", "not_found"));
    }
  }

  private void connect(HttpExchange exchange, String eventId) throws Exception {
    var start = oauth.begin(eventId);
    setCookie(exchange, start.cookie(), OAuth.ATTEMPT_SECONDS);
    exchange.getResponseHeaders().set("Location", start.url());
    exchange.sendResponseHeaders(302, -1);
  }

  private void callback(HttpExchange exchange, Map<String, String> query) throws Exception {
    var sent = String.join("; ", exchange.getRequestHeaders().getOrDefault("Cookie", List.of()));
    var cookie = SENT_COOKIE.matcher(sent);
    setCookie(exchange, "", 0);
    var login = oauth.finish(query, cookie.find() ? cookie.group(1) : "");
    Config.log("connected", "event_id", login.eventId(), "scope", login.scope());
    reply(exchange, 200, "Connected. You can close this page.\n");
  }

  private void setCookie(HttpExchange exchange, String value, int maxAge) {
    var form = COOKIE + "=%s; Max-Age=%d; Path=%s; HttpOnly; SameSite=Lax%s";
    var registered = URI.create(config.redirectUri);
    var secure = registered.getScheme().equals("https") ? "; Secure" : "";
    var cookie = form.formatted(value, maxAge, registered.getPath(), secure);
    exchange.getResponseHeaders().set("Set-Cookie", cookie);
  }

  private void webhook(HttpExchange exchange) throws Exception {
    // The raw bytes: nothing may parse them first.
    var body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    var isTooLong = body.length > MAX_BODY_BYTES;
    var status = isTooLong ? 413 : webhooks.receive(exchange.getRequestHeaders(), body);
    exchange.sendResponseHeaders(status, -1);
  }

  private List<Mirror.Synced> sync(String eventId) throws Exception {
    var connected = tokens.logins().stream().map(Login::eventId).toList();
    var one = connected.isEmpty() ? List.of(config.eventId) : connected;
    var results = new ArrayList<Mirror.Synced>();
    for (var id : eventId == null ? one : List.of(eventId)) results.add(mirror.sync(id));
    return results;
  }

  /** For routes that show attendees' data, until you protect them with your own login. */
  private static void replyHere(HttpExchange exchange, Callable<?> content) throws Exception {
    var headers = exchange.getRequestHeaders();
    var isProxied =
        Stream.of("Forwarded", "X-Forwarded-For", "Origin").anyMatch(headers::containsKey);
    var host = String.valueOf(headers.getFirst("Host"));
    var isLocal = exchange.getRemoteAddress().getAddress().isLoopbackAddress();
    if (isLocal && host.matches(THIS_MACHINE) && !isProxied) {
      reply(exchange, 200, content.call());
    } else {
      reply(exchange, 403, Map.of("error", "this_machine_only"));
    }
  }

  private static void fail(HttpExchange exchange, Exception failure) throws IOException {
    Throwable cause = failure;
    while (cause instanceof ExecutionException) cause = cause.getCause();
    Config.log("request failed", "error", cause.toString());
    switch (cause instanceof Failure known ? known.code : "here") {
      case "not_connected" -> reply(exchange, 400, cause.getMessage() + "\n");
      case "login_ended" ->
          reply(exchange, 409, Map.of("error", "not_connected", "message", cause.getMessage()));
      case "here" -> reply(exchange, 500, Map.of("error", "failed")); // such as an unreadable file
      default -> reply(exchange, 502, Map.of("error", "failed"));
    }
  }

  /** Text is sent as text, everything else as JSON. */
  private static void reply(HttpExchange exchange, int status, Object content) throws IOException {
    var isText = content instanceof String;
    var text = isText ? content.toString() : Json.GSON.toJson(content);
    var type = isText ? "text/plain; charset=utf-8" : "application/json";
    var body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    var hasBody = !exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, hasBody ? body.length : -1);
    if (hasBody) exchange.getResponseBody().write(body);
  }

  private static Map<String, String> query(HttpExchange exchange) {
    var fields = new HashMap<String, String>();
    var query = exchange.getRequestURI().getRawQuery();
    for (var field : query == null ? new String[0] : query.split("&")) {
      var parts = field.split("=", 2);
      if (parts.length == 2) fields.putIfAbsent(parts[0], URLDecoder.decode(parts[1], UTF_8));
    }
    return fields;
  }

  public static void main(String[] arguments) {
    try {
      var app = App.of(new Config(Config.environment(Path.of(".env"))));
      app.tokens.sealed().check(app.config.dataDir);
      Sealed.sweep(app.config.dataDir.toFile());
      var server = app.serve();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> app.stop(server)));
      Config.log("listening", "port", app.config.port);
    } catch (Exception invalid) {
      System.err.println(invalid instanceof FileSystemException ? invalid : invalid.getMessage());
      System.exit(1);
    }
  }

  /** Lets running requests end, and a refresh in any case. */
  private void stop(HttpServer server) {
    server.stop(1); // second, all of which it takes
    tokens.close();
    Config.log("stopped");
  }
}
