using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using ReventoIntegration;
using Xunit;

namespace Tests;

/// <summary>What Revento and the disk do not do on most days.</summary>
public class OddAnswersTests
{
    private string answer = "{}";
    private int requests;

    /// <summary>An integration with a login and a directory of its own, and a Revento that always gives `answer`.</summary>
    private sealed record Rig(WebApplication Revento, Config Config) : IAsyncDisposable
    {
        public SealedFiles Files { get; } = new(Config);
        public Login Login { get; } = new("evt_1", "org_1", "a1", "r1", "participants.read");
        public Logins Logins => new(Config, Files);
        public OAuth OAuth => new(Config, Files, Logins);
        public Mirror Mirror => new(Config, Files, Logins, new Api(Config, Logins, OAuth));

        public ValueTask DisposeAsync() => Revento.DisposeAsync();

        /// <summary>The rows that are held after a sync.</summary>
        public async Task<string> Synced()
        {
            await Mirror.Sync("evt_1");
            return Rows();
        }

        public string Rows() =>
            string.Join('\n', Mirror.Participants("evt_1").Select(row => JsonSerializer.Serialize(row)).Order());

        public async Task<HttpStatusCode> StatusOfSync()
        {
            await using var app = App.Build(Config with { Port = 0 });
            await app.StartAsync();
            using var browser = new HttpClient();
            var port = new Uri(app.Urls.First().Replace("[::]", "localhost")).Port;
            return (await browser.PostAsync($"http://localhost:{port}/sync?event=evt_1", null)).StatusCode;
        }
    }

    private async Task<Rig> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var revento = builder.Build();
        revento.Run(context =>
        {
            requests++;
            return context.Response.WriteAsync(answer);
        });
        await revento.StartAsync();
        var address = revento.Urls.First();
        var directory = Path.Combine(Settings.Config.DataDirectory, $"odd-{Guid.NewGuid()}");
        var config = Settings.Config with { ApiBase = address, AuthBase = address, DataDirectory = directory };
        var rig = new Rig(revento, config);
        await rig.Logins.Store(rig.Login);
        return rig;
    }

    /// <summary>As with an error of the disk, which a test cannot have: a link to itself, which nothing can follow.</summary>
    private static void MakeUnreadable(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        File.Delete(path);
        File.CreateSymbolicLink(path, path);
    }

    private static QueryCollection Query(params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(field => field.Name, field => new StringValues(field.Value)));

    [Theory]
    [InlineData("""[{"id":"p1"}]""")]
    [InlineData("""[{"id":"p1"}],"has_more":null""")]
    [InlineData("""[{"id":"p1"}],"has_more":"no","next_cursor":null""")]
    [InlineData("""[{"id":"p1"}],"has_more":true""")]
    [InlineData("""[{"id":"p1"}],"has_more":true,"next_cursor":5""")]
    [InlineData("""null,"has_more":false""")]
    [InlineData("""{},"has_more":false""")]
    [InlineData("""7,"has_more":false""")]
    [InlineData("""["p1"],"has_more":false""")]
    [InlineData("""[null],"has_more":false""")]
    public async Task APageThatDoesNotSayWhetherMoreRowsFollowFailsTheSyncAndLosesNothing(string data)
    {
        await using var rig = await Start();
        answer = """{"data":[{"id":"p0"}],"has_more":false}""";
        var held = await rig.Synced();
        (answer, requests) = ($$"""{"data":{{data}}}""", 0);
        var failure = await Assert.ThrowsAsync<RefusedException>(() => rig.Synced());
        Assert.True(Regex.IsMatch(failure.Message, @"^unexpected_answer \(200\), request [\da-f-]{36}\z"), failure.Message);
        Assert.Equal(2, requests); // the event and its list: neither is requested again
        Assert.Equal(held, rig.Rows());
        Assert.Equal(HttpStatusCode.BadGateway, await rig.StatusOfSync());
    }

    [Fact]
    public async Task RowsAreKeptAsTheyCame()
    {
        string[] rows =
        [
            """{"custom_form_fields":null}""",
            """{"id":"p1","application_status":"pending","custom_form_fields":{"a":1},"last_reviewed_at":null}""",
            """{"id":7,"custom_form_fields":[],"last_reviewed_at":7}""",
        ];
        await using var rig = await Start();
        answer = $$"""{"data":[{{string.Join(',', rows)}}],"has_more":false}""";
        Assert.Equal(string.Join('\n', rows), await rig.Synced());
        const string sent = """{"participant_id":"p1","user_id":"usr_1","custom_form_fields":null}""";
        var data = JsonSerializer.Deserialize<JsonElement>(sent);
        await rig.Mirror.Work(Settings.Event("application.approved", "evt_1", "org_1", "3000", data), "one");
        // What an application does not have does not change.
        Assert.Equal(string.Join('\n', rows).Replace("ed_at\":null", "ed_at\":null,\"user_id\":\"usr_1\""), rig.Rows());
    }

    [Fact]
    public async Task TokensAreKeptWhateverComesWithThem()
    {
        await using var rig = await Start();
        answer = """{"access_token":"a2","refresh_token":"r2","expires_in":"soon","scope":{},"event_id":[],"ended":7}""";
        var expected = rig.Login with { AccessToken = "a2", RefreshToken = "r2" };
        Assert.Equal(expected, await rig.Logins.Refresh(rig.Login, rig.OAuth.RequestTokens));
    }

    [Theory]
    [InlineData("event_id")]
    [InlineData("organization_id")]
    public async Task TokensOfNoEventConnectNothing(string id)
    {
        await using var rig = await Start();
        answer = $$"""{"access_token":"a2","refresh_token":"r2","{{id}}":"1"}""";
        var (url, cookie) = rig.OAuth.Begin("evt_1");
        var state = url.Split("&state=")[1].Split('&')[0];
        await Assert.ThrowsAsync<NotConnectedException>(
            () => rig.OAuth.Finish(Query(("state", state), ("code", "c")), cookie));
        Assert.Equal(rig.Login, rig.Logins.All().Single());
    }

    [Fact]
    public async Task ALoginThatCannotBeReadIsNotAMissingOne()
    {
        static Task<Login> Refuse(Dictionary<string, string> form) => throw new InvalidOperationException("It was sent.");
        await using var rig = await Start();
        var file = Directory.GetFiles(rig.Logins.Directory, "*.sealed").Single();
        var another = rig.Login with { EventId = "evt_2" };
        await rig.Logins.Store(another);
        MakeUnreadable(file);
        Assert.Equal(HttpStatusCode.InternalServerError, await rig.StatusOfSync());
        await Assert.ThrowsAsync<IOException>(() => rig.Logins.Refresh(rig.Login, Refuse));
        Assert.Equal(another, rig.Logins.For("evt_2"));
        MakeUnreadable(rig.Logins.Directory);
        Assert.Equal(HttpStatusCode.InternalServerError, await rig.StatusOfSync());
        await Assert.ThrowsAsync<IOException>(() => rig.Logins.Refresh(rig.Login, Refuse));
    }

    [Fact]
    public async Task AMirrorThatCannotBeReadIsNeitherEmptyNorDeleted()
    {
        await using var rig = await Start();
        MakeUnreadable(Path.Combine(rig.Config.DataDirectory, "participants"));
        Assert.Throws<IOException>(rig.Rows);
        await Assert.ThrowsAsync<IOException>(
            () => rig.Mirror.Work(Settings.Event(Logins.Deletion, "evt_1", "org_1", null, null), "one"));
    }

    [Fact]
    public async Task ADeliveryWhoseMarkCannotBeLookedForIsNeitherAcknowledgedNorWorkedAgain()
    {
        await using var rig = await Start();
        var marks = Path.Combine(rig.Config.DataDirectory, "worked");
        var webhooks = new Webhooks(rig.Config, rig.Files, rig.Logins);
        var body = Encoding.UTF8.GetBytes("""{"type":"x"}""");
        var now = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        var mac = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(rig.Config.WebhookSecrets[0]), Encoding.UTF8.GetBytes($$"""{{now}}.{"type":"x"}"""));
        Task<int> Receive(string id) => webhooks.Receive(new HeaderDictionary
        {
            ["X-Revento-Event"] = "x", ["X-Revento-Delivery-Id"] = id, ["X-Revento-Timestamp"] = now,
            ["X-Revento-Signature"] = $"sha256={Convert.ToHexString(mac).ToLowerInvariant()}",
        }, body);
        Assert.Equal(204, await Receive("one"));
        MakeUnreadable(marks);
        var worked = 0;
        await webhooks.WorkWaiting((_, _) => Task.FromResult(worked++));
        await Assert.ThrowsAsync<IOException>(() => Receive("two")); // which App answers with 500
        Assert.Equal(0, worked);
        File.Delete(marks);
        await webhooks.WorkWaiting((_, _) => Task.FromResult(worked++));
        Assert.Equal(1, worked);
    }

    [Fact]
    public async Task WhatOnlyReadsCreatesNothing()
    {
        await using var rig = await Start();
        Directory.Delete(rig.Config.DataDirectory, recursive: true);
        Assert.Equal("", rig.Rows());
        Assert.True(!rig.Logins.All().Any());
        Assert.True(!Directory.Exists(rig.Config.DataDirectory));
    }

    [Fact]
    public void APauseIsANumberOfSecondsAtMostAnHour()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Api.PauseAsked("2"));
        Assert.Equal(TimeSpan.FromHours(1), Api.PauseAsked(new string('9', 30)));
        foreach (var other in new[] { null, "", "0", "-5", "1.5", "soon", "Fri, 31 Dec 2099 23:59:59 GMT" })
        {
            Assert.True(Api.PauseAsked(other) is null, other);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("65536")]
    [InlineData("99999999999")]
    [InlineData("abc")]
    public void WhatIsNotAPortEndsTheStart(string port)
    {
        Assert.True(Settings.Config.Port > 0); // read before
        Environment.SetEnvironmentVariable("PORT", port);
        var failure = Assert.Throws<InvalidOperationException>(() => Config.FromEnvironment());
        Environment.SetEnvironmentVariable("PORT", null);
        Assert.Equal("Set PORT to a port.", failure.Message);
    }
}
