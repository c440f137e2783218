import com.google.api.client.auth.oauth2.AuthorizationCodeFlow;
import com.google.api.client.auth.oauth2.BearerToken;
import com.google.api.client.auth.oauth2.ClientParametersAuthentication;
import com.google.api.client.auth.oauth2.Credential;
import com.google.api.client.auth.oauth2.RefreshTokenRequest;
import com.google.api.client.auth.oauth2.TokenResponse;
import com.google.api.client.auth.oauth2.TokenResponseException;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.Authenticator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

public class Client {
  static final NetHttpTransport transport = new NetHttpTransport();
  static final String participants =
      env("REVENTO_API_BASE") + "/events/" + env("SANDBOX_EVENT_ID") + "/participants";

  static String env(String name) {
    return System.getenv(name);
  }

  static int countRows(Credential credential) throws Exception {
    int rows = 0;
    GenericUrl url = new GenericUrl(participants).set("limit", 25);
    while (true) {
      String text = transport.createRequestFactory(credential).buildGetRequest(url).execute().parseAsString();
      JsonObject page = JsonParser.parseString(text).getAsJsonObject();
      rows += page.getAsJsonArray("data").size();
      if (!page.get("has_more").getAsBoolean()) return rows;
      url.set("cursor", page.get("next_cursor").getAsString());
    }
  }

  public static void main(String[] args) throws Exception {
    GenericUrl tokenUrl = new GenericUrl(env("REVENTO_AUTH_BASE") + "/oauth/token");
    ClientParametersAuthentication clientAuth =
        new ClientParametersAuthentication(env("REVENTO_CLIENT_ID"), env("REVENTO_CLIENT_SECRET"));
    AuthorizationCodeFlow flow =
        new AuthorizationCodeFlow.Builder(
                BearerToken.authorizationHeaderAccessMethod(),
                transport,
                GsonFactory.getDefaultInstance(),
                tokenUrl,
                clientAuth,
                env("REVENTO_CLIENT_ID"),
                env("REVENTO_AUTH_BASE") + "/oauth/authorize")
            .setScopes(List.of("event.read", "participants.read", "program.read"))
            .enablePKCE()
            .build();

    String address =
        flow.newAuthorizationUrl()
            .setRedirectUri(env("REVENTO_REDIRECT_URI"))
            .setState("a-state-of-this-session")
            .set("event_id", env("SANDBOX_EVENT_ID"))
            .build();
    // An HTTP client with an authenticator throws at a 401 that names no scheme.
    HttpClient browser = HttpClient.newBuilder().authenticator(new Authenticator() {}).build();
    String landed =
        browser.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
            .headers().firstValue("location").orElseThrow();
    String code = (String) new GenericUrl(landed).getFirst("code");

    TokenResponse first = flow.newTokenRequest(code).setRedirectUri(env("REVENTO_REDIRECT_URI")).execute();
    int rows = countRows(flow.createAndStoreCredential(first, null));
    Credential second = flow.createAndStoreCredential(first, null);
    if (!second.refreshToken()) throw new IllegalStateException("not refreshed");
    int rowsAfterRefresh = countRows(second);
    String reuse = null;
    try {
      new RefreshTokenRequest(transport, GsonFactory.getDefaultInstance(), tokenUrl, first.getRefreshToken())
          .setClientAuthentication(clientAuth)
          .execute();
    } catch (TokenResponseException error) {
      reuse = error.getDetails().getError();
    }
    int refused =
        browser.send(HttpRequest.newBuilder(URI.create(participants)).build(), BodyHandlers.ofString()).statusCode();

    JsonObject report = new JsonObject();
    report.addProperty("event", (String) first.get("event_id"));
    report.addProperty("rows", rows);
    report.addProperty("rowsAfterRefresh", rowsAfterRefresh);
    report.addProperty("reuse", refused == 401 ? reuse : "the API answered " + refused);
    System.out.println(report);
  }
}
