using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;

namespace ReventoIntegration;

/// <summary>What Revento refused, or did not answer.</summary>
/// <param name="code">Revento's, where it gave one.</param>
/// <param name="isUnused">The code or refresh token that was sent can still be used.</param>
internal sealed class RefusedException(string code, string details, bool isUnused = false) : Exception($"{code} {details}")
{
    public string Code => code;
    public bool IsUnused => isUnused;
}

/// <summary>Reads of the API: what to do about each error, limits, and lists page by page.</summary>
internal sealed class Api(Config config, Logins logins, OAuth oauth)
{
    private const int Tries = 5;
    private const int InFlight = 5;

    /// <summary>Lists longer than this are read at the pace that the limit of 30 a minute allows.</summary>
    private const int PagesAtOnce = 20;

    /// <summary>A pause that is longer is taken for a mistake.</summary>
    private const int LongestPauseSeconds = 3600;

    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Places in flight, by event.</summary>
    private readonly PartitionedRateLimiter<string> places = PartitionedRateLimiter.Create((string eventId) =>
        RateLimitPartition.GetConcurrencyLimiter(eventId, _ => new() { PermitLimit = InFlight, QueueLimit = int.MaxValue }));

    /// <summary>Until when Revento asked for a pause, by event.</summary>
    private readonly ConcurrentDictionary<string, DateTime> pauses = new();

    /// <summary>The JSON of one resource of an event, and the id of its request.</summary>
    /// <exception cref="RefusedException"></exception>
    /// <exception cref="LoginEndedException"></exception>
    public async Task<(Row Body, string RequestId)> Get(string eventId, string path)
    {
        Login? refreshed = null;
        for (var attempt = 1; ; attempt++)
        {
            var login = logins.For(eventId);
            var (status, body, retryAfter, requestId) = await Send(eventId, login, path);
            if (status == 200 && body is not null) return (body, requestId);
            var code = body.Text("error") ?? (status == 0 ? "unreachable" : "unexpected_answer");
            var pause = PauseAfter(status, code, attempt);
            if (code == "token_expired" && refreshed is null) refreshed = await logins.Refresh(login, oauth.RequestTokens);
            else if (code == "token_revoked") await logins.EndSpent(login, code);
            else if (pause is null || attempt >= Tries) throw new RefusedException(code, $"({status}), request {requestId}");
            else if (retryAfter is { } length) pauses[eventId] = DateTime.UtcNow + length; // for all requests with this token
            else await Task.Delay(pause.Value);
        }
    }

    /// <summary>Every row of a list, one after the other, however many pages it has.</summary>
    public async IAsyncEnumerable<Row> Rows(string eventId, string path)
    {
        var seen = new HashSet<string>();
        for (var query = "?limit=50"; ;)
        {
            var (page, requestId) = await Get(eventId, path + query);
            var (data, hasMore) = (page.GetValueOrDefault("data"), page.GetValueOrDefault("has_more").ValueKind);
            var rows = data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().Select(Json.AsObject).ToList() : [null];
            var cursor = page.Text("next_cursor") ?? "";
            // Not the end of the list, unless it says so: rows would be missing, and nobody would know.
            var hasEnd = hasMore == JsonValueKind.False || (hasMore == JsonValueKind.True && cursor != "" && seen.Add(cursor));
            if (!hasEnd || rows.Contains(null)) throw new RefusedException("unexpected_answer", $"(200), request {requestId}");
            foreach (var row in rows) yield return row!;
            if (hasMore == JsonValueKind.False) yield break;
            query = $"?limit=50&cursor={Uri.EscapeDataString(cursor)}";
            if (seen.Count > PagesAtOnce) await Task.Delay(2100);
        }
    }

    /// <summary>How long to wait before the next try, if there may be one. Branches on codes, never on messages.</summary>
    private static TimeSpan? PauseAfter(int status, string code, int attempt) => (status, code) switch
    {
        (_, "concurrent_limit_exceeded") => TimeSpan.FromMilliseconds(Random.Shared.Next(200, 500)),
        (429, _) => TimeSpan.FromSeconds((2 << attempt) * (1 + Random.Shared.NextDouble() / 4)),
        // No answer, or half of one: reads may be sent again.
        (0 or 200 or >= 500, _) => TimeSpan.FromMilliseconds((250 << attempt) * (1 + Random.Shared.NextDouble() / 4)),
        _ => null,
    };

    /// <summary>The pause that Retry-After asks for; null where it is not in seconds, or asks for none.</summary>
    public static TimeSpan? PauseAsked(string? retryAfter) =>
        double.TryParse(retryAfter, NumberStyles.None, null, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestPauseSeconds)) : null;

    /// <summary>The status is 0 without an answer, or with half of one.</summary>
    private async Task<(int Status, Row? Body, TimeSpan? RetryAfter, string RequestId)> Send(string eventId, Login login, string path)
    {
        using var place = await places.AcquireAsync(eventId);
        while (pauses.GetValueOrDefault(eventId) - DateTime.UtcNow is var left && left > TimeSpan.Zero) await Task.Delay(left);
        var (requestId, started, status) = (Guid.NewGuid().ToString(), TimeProvider.System.GetTimestamp(), 0);
        using var request = new HttpRequestMessage(HttpMethod.Get, config.ApiBase + path);
        request.Headers.Add("Authorization", $"Bearer {login.AccessToken}");
        request.Headers.Add("Accept", "application/vnd.revento.v1+json");
        request.Headers.Add("X-Revento-Request-Id", requestId);
        try
        {
            using var response = await Http.SendAsync(request);
            status = (int)response.StatusCode;
            response.Headers.NonValidated.TryGetValues("Retry-After", out var pause);
            return (status, Json.Read<Row>(await response.Content.ReadAsByteArrayAsync()), PauseAsked($"{pause}"), requestId);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return (0, null, null, requestId);
        }
        finally
        {
            var ms = (long)TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
            Log.Write("api request", ("request_id", requestId), ("event_id", eventId), ("status", status), ("ms", ms));
        }
    }
}
