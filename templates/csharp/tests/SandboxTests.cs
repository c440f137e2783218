using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ReventoIntegration;
using Xunit;

namespace Tests;

/// <summary>The whole integration at a sandbox: revento sandbox exec … -- dotnet test tests</summary>
public class SandboxTests
{
    private static readonly string? Key = Environment.GetEnvironmentVariable("REVENTO_SANDBOX_KEY");

    private sealed class AtSandboxFactAttribute : FactAttribute
    {
        public AtSandboxFactAttribute()
        {
            if (Key is null) Skip = "needs a sandbox";
        }
    }

    private readonly HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri($"http://localhost:{Settings.Config.Port}"),
    };

    private async Task<HttpResponseMessage> Visit(string address, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return await browser.SendAsync(request);
    }

    private async Task Control(string path, object body)
    {
        var address = $"{Settings.Config.AuthBase}/_sandbox/v1{path}";
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        (await browser.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private async Task<HttpStatusCode> Sync() =>
        (await browser.PostAsync($"/sync?event={Settings.Config.EventId}", null)).StatusCode;

    private async Task<int> Count() =>
        (await browser.GetFromJsonAsync<JsonElement>("/participants")).GetProperty("data").GetArrayLength();

    private async Task UntilThereAre(int count)
    {
        for (var left = 200; left > 0 && await Count() != count; left--) await Task.Delay(25);
        Assert.Equal(count, await Count());
    }

    [AtSandboxFact]
    public async Task ConnectsReadsHearsOfChangesRefreshesOnceAndForgets()
    {
        await using var app = App.Build(Settings.Config);
        await app.StartAsync();

        var start = await Visit("/connect");
        var consent = await Visit(start.Headers.Location!.ToString());
        var answer = consent.Headers.Location!.ToString();
        Assert.Equal(HttpStatusCode.BadRequest, (await Visit(answer)).StatusCode); // another browser
        var cookie = start.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await Visit(answer, cookie)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, await Sync());
        var before = await Count();
        Assert.True(before > 30);

        await Control("/do", new { action = "apply" });
        await UntilThereAre(before + 1);

        await Control("/clock/advance", new { ms = 3_700_000 });
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Sync())),
            status => Assert.Equal(HttpStatusCode.OK, status));

        await Control("/revoke", new { });
        await UntilThereAre(0);
        Assert.Equal(HttpStatusCode.Conflict, await Sync());
    }
}
