using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ReventoIntegration;

/// <summary>The organizer cannot be connected this way; the message may be shown.</summary>
internal sealed class NotConnectedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A response of the token endpoint without tokens.</summary>
/// <param name="isUnused">The code or refresh token can still be used.</param>
internal sealed class TokenException(string code, bool isUnused) : Exception($"token endpoint: {code}")
{
    public string Code => code;
    public bool IsUnused => isUnused;
}

/// <summary>The authorization code flow with PKCE, and the token endpoint.</summary>
internal sealed class OAuth(Config config, SealedFiles files, Logins logins)
{
    private const string Scopes = "event.read participants.read program.read";
    private const string Failed = "Revento did not connect the event.";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>A form that knows whether it was sent, which happens once there is a connection, with TLS.</summary>
    private sealed class TokenForm(IEnumerable<KeyValuePair<string, string>> form) : FormUrlEncodedContent(form)
    {
        public bool IsSent { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            IsSent = true;
            return base.SerializeToStreamAsync(stream, context);
        }
    }

    private sealed record Attempt(string State, string Verifier, DateTimeOffset ExpiresAt);

    private sealed record Refusal(string? Error);

    /// <summary>Begins a login: where the browser goes, and the cookie that binds the attempt to that browser.</summary>
    public (string Url, string Cookie) Begin(string eventId)
    {
        var attempt = new Attempt(RandomWord(), RandomWord(), DateTimeOffset.UtcNow.AddMinutes(10));
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = config.ClientId,
            ["redirect_uri"] = config.RedirectUri,
            ["scope"] = Scopes,
            ["event_id"] = eventId,
            ["state"] = attempt.State,
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        var cookie = WebEncoders.Base64UrlEncode(files.Seal(attempt, "attempt"));
        return (QueryHelpers.AddQueryString($"{config.AuthBase}/oauth/authorize", query), cookie);
    }

    /// <summary>Ends a login: checks the state, redeems the code and stores the tokens.</summary>
    /// <exception cref="NotConnectedException"></exception>
    public async Task<Login> Finish(IQueryCollection query, string cookie)
    {
        var attempt = Opened(cookie);
        if (attempt is null || !IsEqual(query["state"].ToString(), attempt.State))
        {
            throw new NotConnectedException("This is not the answer to your login.");
        }
        if (attempt.ExpiresAt < DateTimeOffset.UtcNow) throw new NotConnectedException("The login took too long.");
        // Each attempt is answered once, even if the browser sends it again.
        var used = Path.Combine(config.DataDirectory, "attempts", SealedFiles.NameOf(attempt.State));
        if (!SealedFiles.CreateOnce(used)) throw new NotConnectedException("This answer was used already.");
        if (query["error"] == "access_denied") throw new NotConnectedException("You declined.");
        if (query.ContainsKey("error") || query["code"].ToString() == "") throw new NotConnectedException(Failed);
        try
        {
            var login = await RequestTokens(new()
            {
                ["grant_type"] = "authorization_code",
                ["code"] = query["code"].ToString(),
                ["redirect_uri"] = config.RedirectUri,
                ["code_verifier"] = attempt.Verifier,
            });
            logins.Store(login);
            return login;
        }
        catch (TokenException error)
        {
            throw new NotConnectedException(Failed, error);
        }
    }

    /// <summary>Tokens for a code or a refresh token.</summary>
    /// <exception cref="TokenException"></exception>
    public async Task<Login> RequestTokens(Dictionary<string, string> form)
    {
        var content = new TokenForm(
            form.Append(new("client_id", config.ClientId)).Append(new("client_secret", config.ClientSecret)));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{config.AuthBase}/oauth/token") { Content = content };
            // A connection of its own: on one that is kept open, a request that was lost might be sent again.
            request.Headers.ConnectionClose = true;
            using var response = await Http.SendAsync(request);
            var (status, answer) = ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
            var login = Json.Read<Login>(answer);
            if (status == 200 && login is { AccessToken.Length: > 0, RefreshToken.Length: > 0 }) return login;
            var code = Json.Read<Refusal>(answer)?.Error ?? $"status {status}";
            // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about the token, and
            // after a failure of the server it may be spent.
            throw new TokenException(code, status == 503 || (status is >= 300 and < 500 && code != "invalid_grant"));
        }
        catch (Exception error) when (error is not TokenException)
        {
            throw new TokenException("unreachable", isUnused: !content.IsSent);
        }
    }

    private Attempt? Opened(string cookie)
    {
        try
        {
            return files.Unseal<Attempt>(WebEncoders.Base64UrlDecode(cookie), "attempt");
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string RandomWord() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private static bool IsEqual(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
