using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using Row = System.Collections.Generic.Dictionary<string, System.Text.Json.JsonElement>;

namespace ReventoIntegration;

/// <summary>
/// A request that failed: <see cref="Code"/> is Revento's error code; <see cref="Status"/> is 0 where there was no answer,
/// or half of one.
/// </summary>
internal sealed class ApiException(string message, int status = 0, string code = "", TimeSpan? retryAfter = null)
    : Exception(message)
{
    public int Status => status;
    public string Code => code;
    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>Reads of the API: what to do about each error, limits, and lists page by page.</summary>
internal sealed class Api(Config config, Logins logins, OAuth oauth)
{
    private const int Tries = 5;
    private const int InFlight = 5;

    /// <summary>Lists longer than this are read at the pace that the limit of 30 a minute allows.</summary>
    private const int PagesAtOnce = 20;

    /// <summary>A pause that is longer is taken for a mistake.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    private readonly ConcurrentDictionary<string, Gate> gates = new();

    /// <summary>What all requests for one event share: places in flight, and a pause that Revento asked for.</summary>
    private sealed class Gate
    {
        private readonly SemaphoreSlim places = new(InFlight);
        private DateTime pausedUntil;

        public void Pause(TimeSpan length) => pausedUntil = DateTime.UtcNow + length;

        public async Task<T> Pass<T>(Func<Task<T>> send)
        {
            await places.WaitAsync();
            try
            {
                while (pausedUntil - DateTime.UtcNow is var left && left > TimeSpan.Zero) await Task.Delay(left);
                return await send();
            }
            finally
            {
                places.Release();
            }
        }
    }

    private sealed record Page(List<Row> Data, string? NextCursor, bool HasMore);

    /// <summary>The JSON of one resource of an event.</summary>
    /// <exception cref="ApiException"></exception>
    /// <exception cref="LoginEndedException"></exception>
    public async Task<T> Get<T>(string eventId, string path) where T : class
    {
        var gate = gates.GetOrAdd(eventId, _ => new Gate());
        var hasRefreshed = false;
        for (var attempt = 1; ; attempt++)
        {
            var login = logins.For(eventId);
            try
            {
                return await gate.Pass(() => Send<T>(login, path));
            }
            catch (ApiException failed) when (failed.Code == "token_expired" && !hasRefreshed)
            {
                hasRefreshed = true;
                await logins.Refresh(login, oauth.RequestTokens);
            }
            catch (ApiException failed) when (failed.Code == "token_revoked")
            {
                logins.EndSpent(login, failed.Code);
            }
            catch (ApiException failed) when (attempt < Tries && PauseAfter(failed, attempt) is { } pause)
            {
                // A pause that Revento asks for applies to all requests with this token.
                if (failed.RetryAfter is { } length) gate.Pause(length);
                else await Task.Delay(pause);
            }
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
    private static TimeSpan? PauseAfter(ApiException failed, int attempt) => failed switch
    {
        { Code: "concurrent_limit_exceeded" } => TimeSpan.FromMilliseconds(Random.Shared.Next(200, 500)),
        { Status: 429 } => TimeSpan.FromSeconds((2 << attempt) * (1 + Random.Shared.NextDouble() / 4)),
        // No answer, or half of one: reads may be sent again.
        { Status: 0 or >= 500 } => TimeSpan.FromMilliseconds((250 << attempt) * (1 + Random.Shared.NextDouble() / 4)),
        _ => null,
    };

    /// <summary>The pause that Retry-After asks for; null where it is not in seconds.</summary>
    public static TimeSpan? PauseAsked(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta > LongestPause ? LongestPause : retryAfter?.Delta;

    private async Task<T> Send<T>(Login login, string path) where T : class
    {
        var (requestId, started, status) = (Guid.NewGuid().ToString(), Stopwatch.GetTimestamp(), 0);
        using var request = new HttpRequestMessage(HttpMethod.Get, config.ApiBase + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", login.AccessToken);
        request.Headers.Accept.ParseAdd("application/vnd.revento.v1+json");
        request.Headers.Add("X-Revento-Request-Id", requestId);
        try
        {
            using var response = await Http.SendAsync(request);
            status = (int)response.StatusCode;
            var body = await response.Content.ReadAsByteArrayAsync();
            if (status == 200) return Json.Read<T>(body) ?? throw new ApiException($"unexpected JSON, request {requestId}");
            var code = Json.Read<Row>(body)?.GetValueOrDefault("error").ToString() ?? "";
            throw new ApiException($"{code}, request {requestId}", status, code, PauseAsked(response.Headers.RetryAfter));
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            throw new ApiException($"{error.GetType().Name}, request {requestId}");
        }
        finally
        {
            var ms = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Log.Write("api request", ("request_id", requestId), ("event_id", login.EventId), ("status", status), ("ms", ms));
        }
    }
}
