using System.Net;
using System.Text.RegularExpressions;

namespace ReventoIntegration;

/// <summary>The routes.</summary>
internal static class App
{
    private const string CookieName = "revento_attempt";
    private const int MaxBody = 1024 * 1024;

    public static WebApplication Build(Config config)
    {
        var files = new SealedFiles(config);
        var logins = new Logins(config, files);
        var oauth = new OAuth(config, files, logins);
        var mirror = new Mirror(config, files, logins, new Api(config, logins, oauth));
        var webhooks = new Webhooks(config, files, logins);
        logins.All(); // the log says now which ones cannot be read

        var builder = WebApplication.CreateSlimBuilder();
        // The log of requests would hold the codes of /callback.
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(config.Port);
            kestrel.Limits.MaxRequestBodySize = MaxBody;
        });
        var app = builder.Build();
        app.Use(AnswerFailures);
        app.Lifetime.ApplicationStarted.Register(async () =>
        {
            Log.Write("listening", ("port", config.Port));
            await webhooks.WorkDeliveries(mirror.Work);
        });

        app.MapGet("/healthz", () => Results.Json(new { status = "ok" }));

        app.MapGet("/connect", (HttpResponse response, string? @event) =>
        {
            var (url, cookie) = oauth.Begin(@event ?? config.EventId);
            response.Cookies.Append(CookieName, cookie, AttemptCookie(TimeSpan.FromMinutes(10)));
            return Results.Redirect(url);
        });

        app.MapGet("/callback", async (HttpRequest request, HttpResponse response) =>
        {
            response.Cookies.Delete(CookieName, AttemptCookie(null));
            var login = await oauth.Finish(request.Query, request.Cookies[CookieName] ?? "");
            Log.Write("connected", ("event_id", login.EventId), ("scope", login.Scope));
            return Results.Text("Connected. You can close this page.\n");
        });

        app.MapPost("/webhooks/revento", async (HttpRequest request) =>
        {
            using var body = new MemoryStream(); // the raw bytes: nothing may parse them first
            await request.Body.CopyToAsync(body);
            return Results.StatusCode(webhooks.Receive(request.Headers, body.ToArray()));
        });

        var local = app.MapGroup("").AddEndpointFilter(ThisMachineOnly);

        local.MapGet("/participants", (string? @event) =>
            Results.Json(new { data = mirror.Participants(@event ?? config.EventId) }));

        local.MapPost("/sync", async (string? @event) =>
        {
            var connected = @event is null ? logins.All().Select(login => login.EventId!).ToArray() : [];
            var wanted = connected.Length > 0 ? connected : [@event ?? config.EventId];
            return Results.Json(new { events = await Task.WhenAll(wanted.Select(mirror.Sync)) }, Json.Options);
        });

        return app;

        CookieOptions AttemptCookie(TimeSpan? maxAge)
        {
            var registered = new Uri(config.RedirectUri);
            return new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = registered.Scheme == Uri.UriSchemeHttps,
                Path = registered.AbsolutePath,
                MaxAge = maxAge,
            };
        }
    }

    /// <summary>For routes that show attendees' data, until you protect them with your own login.</summary>
    private static ValueTask<object?> ThisMachineOnly(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var isLocal = context.HttpContext.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        var isNamedSo = Regex.IsMatch(request.Host.Value ?? "", @"^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\z");
        var isProxied = new[] { "Forwarded", "X-Forwarded-For", "Origin" }.Any(request.Headers.ContainsKey);
        return isLocal && isNamedSo && !isProxied
            ? next(context)
            : ValueTask.FromResult<object?>(Results.Json(new { error = "this_machine_only" }, statusCode: 403));
    }

    private static async Task AnswerFailures(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            Log.Write("request failed", ("error", error.GetType().Name), ("code", (error as ApiException)?.Code));
            var answer = error switch
            {
                NotConnectedException => Results.Text($"{error.Message} Open /connect to try again.\n", statusCode: 400),
                LoginEndedException => Results.Json(new { error = "not_connected", message = error.Message }, statusCode: 409),
                BadHttpRequestException bad => Results.StatusCode(bad.StatusCode),
                _ => Results.Json(new { error = "failed" }, statusCode: 502),
            };
            await answer.ExecuteAsync(context);
        }
    }

    public static int Main()
    {
        try
        {
            var config = Config.FromEnvironment();
            new SealedFiles(config).Check();
            Build(config).Run();
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
