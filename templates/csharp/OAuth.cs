namespace ReventoIntegration;

/// <summary>The organizer cannot be connected this way; the message may be shown.</summary>
internal sealed class NotConnectedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The authorization code flow with PKCE, and the token endpoint.</summary>
internal sealed class OAuth(Config config, SealedFiles files, Logins logins)
{
    private const string Scopes = "event.read participants.read program.read";
    private const string Failed = "Revento did not connect the event.";

    private sealed record Attempt(string State, string Verifier, DateTimeOffset ExpiresAt);

    /// <summary>Begins a login: where the browser goes, and the cookie that binds the attempt to that browser.</summary>
    public (string Url, string Cookie) Begin(string eventId)
    {
        var attempt = new Attempt(RandomWord(), RandomWord(), DateTimeOffset.UtcNow.AddMinutes(10));
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code", ["client_id"] = config.ClientId, ["redirect_uri"] = config.RedirectUri,
            ["event_id"] = eventId, ["scope"] = Scopes, ["state"] = attempt.State,
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Bytes(attempt.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        return (QueryHelpers.AddQueryString($"{config.AuthBase}/oauth/authorize", query), files.Seal(attempt, "attempt"));
    }

    /// <summary>Ends a login: checks the state, redeems the code and stores the tokens.</summary>
    /// <exception cref="NotConnectedException"></exception>
    public async Task<Login> Finish(IQueryCollection query, string cookie)
    {
        var attempt = files.Unseal<Attempt>(cookie, "attempt");
        var isOurs = CryptographicOperations.FixedTimeEquals(Bytes(query["state"].ToString()), Bytes(attempt?.State ?? ""));
        if (attempt is null || !isOurs) throw new NotConnectedException("This is not the answer to your login.");
        if (attempt.ExpiresAt < DateTimeOffset.UtcNow) throw new NotConnectedException("The login took too long.");
        // Each attempt is answered once, even if the browser sends it again.
        var used = Path.Combine(config.DataDirectory, "attempts", SealedFiles.NameOf(attempt.State));
        using (await files.Lock("attempts"))
        {
            if (File.Exists(used)) throw new NotConnectedException("This answer was used already.");
            files.Write(used, "");
        }
        if (query["error"] == "access_denied") throw new NotConnectedException("You declined.");
        if (query.ContainsKey("error") || query["code"].ToString() == "") throw new NotConnectedException(Failed);
        try
        {
            var login = await RequestTokens(new()
            {
                ["grant_type"] = "authorization_code", ["code"] = query["code"].ToString(),
                ["redirect_uri"] = config.RedirectUri, ["code_verifier"] = attempt.Verifier,
            });
            if (login is not { EventId: not null, OrganizationId: not null }) throw new NotConnectedException(Failed);
            await logins.Store(login);
            return login;
        }
        catch (RefusedException error)
        {
            throw new NotConnectedException(Failed, error);
        }
    }

    /// <summary>Tokens for a code or a refresh token.</summary>
    /// <exception cref="RefusedException"></exception>
    public async Task<Login> RequestTokens(Dictionary<string, string> form)
    {
        // A connection of its own: on one that is kept open, a request that was lost might be sent again.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(15) };
        var isConnected = false;
        handler.PlaintextStreamFilter = (connection, _) =>
        {
            isConnected = true; // with TLS where the URL asks for it; the form is sent after this
            return ValueTask.FromResult(connection.PlaintextStream);
        };
        form = new(form) { ["client_id"] = config.ClientId, ["client_secret"] = config.ClientSecret };
        try
        {
            using var response = await http.PostAsync($"{config.AuthBase}/oauth/token", new FormUrlEncodedContent(form));
            var (status, answer) = ((int)response.StatusCode, Json.Read<Row>(await response.Content.ReadAsByteArrayAsync()));
            var (access, refresh) = (answer.Text("access_token"), answer.Text("refresh_token"));
            var login = new Login(answer.Text("event_id"), answer.Text("organization_id"), access, refresh, answer.Text("scope"));
            if (status == 200 && login is { AccessToken.Length: > 0, RefreshToken.Length: > 0 }) return login;
            var code = answer.Text("error") ?? "unexpected_answer";
            // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about the token, and
            // after a failure of the server it may be spent.
            var isUnused = status == 503 || (status is >= 300 and < 500 && code != "invalid_grant");
            throw new RefusedException(code, $"({status}) from the token endpoint", isUnused);
        }
        catch (Exception error) when (error is not RefusedException)
        {
            throw new RefusedException("unreachable", "token endpoint", isUnused: !isConnected);
        }
    }

    private static string RandomWord() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
