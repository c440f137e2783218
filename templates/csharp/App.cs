using System.Net;
using Microsoft.AspNetCore.Diagnostics;

namespace ReventoIntegration;

/// <summary>The routes.</summary>
internal static class App
{
    private const string CookieName = "revento_attempt";

    public static WebApplication Build(Config config)
    {
        var files = new SealedFiles(config);
        files.Open();
        var logins = new Logins(config, files);
        var oauth = new OAuth(config, files, logins);
        var mirror = new Mirror(config, files, logins, new Api(config, logins, oauth));
        var webhooks = new Webhooks(config, files, logins);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // the log of requests would hold the codes of /callback
        builder.WebHost.UseUrls($"http://*:{config.Port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1024 * 1024);
        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerFailure });
        app.Lifetime.ApplicationStarted.Register(() => Log.Write("listening", ("port", config.Port)));
        app.Lifetime.ApplicationStarted.Register(async () => await webhooks.WorkDeliveries(mirror.Work));

        app.MapMethods("/healthz", ["GET", "HEAD"], () => Results.Json(new { status = "ok" }));

        var redirectUri = new Uri(config.RedirectUri);
        var ofAttempt = new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = redirectUri.AbsolutePath };
        (ofAttempt.Secure, ofAttempt.MaxAge) = (redirectUri.Scheme == Uri.UriSchemeHttps, TimeSpan.FromMinutes(10));
        string EventOf(string? asked) => string.IsNullOrEmpty(asked) ? config.EventId : asked;

        app.MapGet("/connect", (HttpResponse response, string? @event) =>
        {
            var (url, cookie) = oauth.Begin(EventOf(@event));
            response.Cookies.Append(CookieName, cookie, ofAttempt);
            return Results.Redirect(url);
        });

        app.MapGet("/callback", async (HttpRequest request, HttpResponse response) =>
        {
            response.Cookies.Delete(CookieName, ofAttempt);
            var login = await oauth.Finish(request.Query, request.Cookies[CookieName] ?? "");
            Log.Write("connected", ("event_id", login.EventId), ("scope", login.Scope));
            return Results.Text("Connected. You can close this page.\n");
        });

        app.MapPost("/webhooks/revento", async (HttpRequest request) =>
        {
            using var body = new MemoryStream(); // the raw bytes: nothing may parse them first
            await request.Body.CopyToAsync(body);
            return Results.StatusCode(await webhooks.Receive(request.Headers, body.ToArray()));
        });

        var local = app.MapGroup("").AddEndpointFilter(ThisMachineOnly);

        local.MapGet("/participants", (string? @event) => Results.Ok(new { data = mirror.Participants(EventOf(@event)) }));

        local.MapPost("/sync", async (string? @event) =>
        {
            var connected = string.IsNullOrEmpty(@event) ? logins.All().Select(login => login.EventId!) : [];
            var syncs = connected.DefaultIfEmpty(EventOf(@event)).Select(mirror.Sync);
            return Results.Json(new { events = await Task.WhenAll(syncs) }, Json.Options);
        });

        return app;
    }

    /// <summary>For routes that show attendees' data, until you protect them with your own login.</summary>
    private static ValueTask<object?> ThisMachineOnly(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var isLocal = context.HttpContext.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var isNamedSo = Regex.IsMatch(request.Host.Value ?? "", @"^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\z");
        var isProxied = new[] { "Forwarded", "X-Forwarded-For", "Origin" }.Any(request.Headers.ContainsKey);
        if (isLocal && isNamedSo && !isProxied) return next(context);
        return ValueTask.FromResult<object?>(Results.Json(new { error = "this_machine_only" }, statusCode: 403));
    }

    private static Task AnswerFailure(HttpContext context)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()!.Error;
        // Only messages of this program and of the system: others may quote what attendees entered.
        var isKnown = error is RefusedException or IOException or UnauthorizedAccessException;
        Log.Write("request failed", ("error", isKnown ? error.Message : error.GetType().Name));
        var answer = error switch
        {
            NotConnectedException => Results.Text($"{error.Message} Open /connect to try again.\n", statusCode: 400),
            LoginEndedException => Results.Json(new { error = "not_connected", message = error.Message }, statusCode: 409),
            BadHttpRequestException bad => Results.StatusCode(bad.StatusCode),
            _ => Results.Json(new { error = "failed" }, statusCode: error is RefusedException ? 502 : 500),
        };
        return answer.ExecuteAsync(context);
    }

    public static void Main()
    {
        try
        {
            Build(Config.FromEnvironment()).Run();
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            Environment.Exit(1);
        }
    }
}
