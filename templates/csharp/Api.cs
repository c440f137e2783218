using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Threading.RateLimiting;

namespace ReventoIntegration;

/// <summary>What Revento refused, or did not answer.</summary>
/// <param name="code">Revento's, where it gave one.</param>
/// <param name="isUnused">The code or refresh token that was sent can still be used.</param>
internal sealed class RefusedException(string code, string message, bool isUnused = false) : Exception(message)
{
    public string Code => code;
    public bool IsUnused => isUnused;
}

internal sealed record Refusal(string? Error);

/// <summary>Reads of the API: what to do about each error, limits, and lists page by page.</summary>
internal sealed class Api(Config config, Logins logins, OAuth oauth)
{
    private const int Tries = 5;
    private const int InFlight = 5;

    /// <summary>Lists longer than this are read at the pace that the limit of 30 a minute allows.</summary>
    private const int PagesAtOnce = 20;

    /// <summary>A pause that is longer is taken for a mistake.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Places in flight, by event.</summary>
    private readonly PartitionedRateLimiter<string> places = PartitionedRateLimiter.Create((string eventId) =>
        RateLimitPartition.GetConcurrencyLimiter(eventId, _ => new() { PermitLimit = InFlight, QueueLimit = int.MaxValue }));

    /// <summary>Until when Revento asked for a pause, by event.</summary>
    private readonly ConcurrentDictionary<string, DateTime> pauses = new();

    private sealed record Page(List<Row> Data, string? NextCursor, bool HasMore);

    /// <summary>The JSON of one resource of an event.</summary>
    /// <exception cref="RefusedException"></exception>
    /// <exception cref="LoginEndedException"></exception>
    public async Task<T> Get<T>(string eventId, string path) where T : class
    {
        var hasRefreshed = false;
        for (var attempt = 1; ; attempt++)
        {
            var login = logins.For(eventId);
            var (status, body, retryAfter, requestId) = await Send(login, path);
            if (status == 200 && Json.Read<T>(body) is { } value) return value;
            var code = Json.Read<Refusal>(body)?.Error ?? (status == 0 ? "unreachable" : "unexpected_answer");
            var pause = PauseAfter(status, code, attempt);
            if (code == "token_expired" && !hasRefreshed)
            {
                hasRefreshed = true;
                await logins.Refresh(login, oauth.RequestTokens);
            }
            else if (code == "token_revoked") await logins.EndSpent(login, code);
            else if (pause is null || attempt == Tries) throw new RefusedException(code, $"{code} ({status}), {requestId}");
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
            var page = await Get<Page>(eventId, path + query);
            foreach (var row in page.Data) yield return row;
            if (!page.HasMore) yield break;
            if (page.NextCursor is null || !seen.Add(page.NextCursor)) throw new InvalidDataException("The list does not end.");
            query = $"?limit=50&cursor={Uri.EscapeDataString(page.NextCursor)}";
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

    /// <summary>The pause that Retry-After asks for; null where it is not in seconds.</summary>
    public static TimeSpan? PauseAsked(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta > LongestPause ? LongestPause : retryAfter?.Delta;

    /// <summary>The status is 0 without an answer, or with half of one.</summary>
    private async Task<(int Status, byte[] Body, TimeSpan? RetryAfter, string RequestId)> Send(Login login, string path)
    {
        var eventId = login.EventId!;
        using var place = await places.AcquireAsync(eventId);
        while (pauses.GetValueOrDefault(eventId) - DateTime.UtcNow is var left && left > TimeSpan.Zero) await Task.Delay(left);
        var (requestId, started, status) = (Guid.NewGuid().ToString(), Stopwatch.GetTimestamp(), 0);
        using var request = new HttpRequestMessage(HttpMethod.Get, config.ApiBase + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", login.AccessToken);
        request.Headers.Accept.ParseAdd("application/vnd.revento.v1+json");
        request.Headers.Add("X-Revento-Request-Id", requestId);
        try
        {
            using var response = await Http.SendAsync(request);
            status = (int)response.StatusCode;
            return (status, await response.Content.ReadAsByteArrayAsync(), PauseAsked(response.Headers.RetryAfter), requestId);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return (0, [], null, requestId);
        }
        finally
        {
            var ms = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Log.Write("api request", ("request_id", requestId), ("event_id", eventId), ("status", status), ("ms", ms));
        }
    }
}
