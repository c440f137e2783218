using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ReventoIntegration;
using Xunit;

namespace Tests;

public class WebhooksTests
{
    private const string Body = """{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}""";

    /// <summary>With an inbox of its own: tests run at the same time as the worker of the one at a sandbox.</summary>
    private static readonly Config Config = Settings.Config with
    {
        DataDirectory = Path.Combine(Settings.Config.DataDirectory, "webhooks"),
    };

    private static readonly SealedFiles Files = new(Config);

    private readonly Webhooks webhooks = new(Config, Files, new Logins(Config, Files));

    private static string Ago(int seconds) => $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds}";

    private static HeaderDictionary Signed(string timestamp, string body = Body, string? secret = null)
    {
        var key = Encoding.UTF8.GetBytes(secret ?? Config.WebhookSecrets[0]);
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{timestamp}.{body}"));
        return new()
        {
            ["X-Revento-Event"] = "x",
            ["X-Revento-Delivery-Id"] = $"{Guid.NewGuid()}",
            ["X-Revento-Timestamp"] = timestamp,
            ["X-Revento-Signature"] = $"sha256={Convert.ToHexString(mac).ToLowerInvariant()}",
        };
    }

    private Task<int> Status(HeaderDictionary headers, string body = Body) =>
        webhooks.Receive(headers, Encoding.UTF8.GetBytes(body));

    [Fact]
    public async Task AGenuineDeliveryIsAcceptedAndSoIsItsRepeat()
    {
        var headers = Signed(Ago(0));
        Assert.Equal(204, await Status(headers));
        Assert.Equal(204, await Status(headers));
    }

    [Theory]
    [InlineData(360)]
    [InlineData(-360)]
    public async Task OneThatIsSixMinutesAwayIsRefused(int seconds) =>
        Assert.Equal(401, await Status(Signed(Ago(seconds))));

    [Fact]
    public async Task OthersAreRefused()
    {
        Assert.Equal(401, await Status(Signed(Ago(0), secret: "another")));
        Assert.Equal(401, await Status(Signed("today")));
        Assert.Equal(401, await Status([]));
        Assert.Equal(401, await Status(Signed(Ago(0)), Body + "\n"));
    }

    [Theory]
    [InlineData("hello", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"type":"x"}""", 204)]
    [InlineData("""{"type":"x","event_id":7,"occurred_at":{}}""", 204)]
    public async Task WhatIsSignedIsReadAsAnEvent(string body, int status) =>
        Assert.Equal(status, await Status(Signed(Ago(0), body), body));

    [Fact]
    public async Task AHeaderCannotEndALogin()
    {
        var logins = new Logins(Config, Files);
        await logins.Store(new Login("evt_kept", "org_1", AccessToken: "a1"));
        const string body = """{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}""";
        var headers = Signed(Ago(0), body);
        headers["X-Revento-Event"] = "data.deletion_required";
        Assert.Equal(204, await Status(headers, body));
        Assert.Equal("a1", logins.For("evt_kept").AccessToken);
    }

    [Fact]
    public async Task ManyWorkOneInboxOnce()
    {
        for (var count = 0; count < 20; count++) await Status(Signed(Ago(0)));
        var works = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => webhooks.WorkWaiting(async (_, id) =>
        {
            works.Add(id);
            await Task.Yield(); // the others may go on
        }))));
        Assert.True(works.Count >= 20);
        Assert.Equal(works.Count, works.Distinct().Count());
    }

    [Fact]
    public async Task ALostRefreshKeepsTheMirrorAndADeletionStopsIt()
    {
        var logins = new Logins(Config, Files);
        var api = new Api(Config, logins, new OAuth(Config, Files, logins));
        var mirror = new Mirror(Config, Files, logins, api);
        var data = JsonSerializer.SerializeToElement(new { id = "p1" });
        foreach (var (reason, count) in new[] { ("a refresh was never answered", 1), (Logins.Deletion, 0) })
        {
            var eventId = $"evt of {reason}";
            await logins.Store(new Login(eventId, "org_1", Ended: reason));
            await mirror.Work(Settings.Event("participant.joined", eventId, "org_1", "", data), reason);
            Assert.Equal(count, mirror.Participants(eventId).Count());
        }
    }

    [Fact]
    public async Task ADamagedDeliveryDoesNotHoldUpTheOthers()
    {
        var damaged = Path.Combine(Config.DataDirectory, "inbox", "damaged.sealed");
        Assert.Equal(204, await Status(Signed(Ago(0))));
        File.WriteAllText(damaged, "damaged");
        var works = 0;
        await webhooks.WorkWaiting((_, _) => Task.FromResult(works++));
        Assert.True(works > 0);
        Assert.True(File.Exists(damaged));
    }

    [Theory]
    [InlineData("application.moved", """{"id":"a1"}""")]
    [InlineData("participant.merged", """["p1","p2"]""")]
    [InlineData("participant.left", "null")]
    public async Task AnUnknownTypeIsWorked(string type, string data)
    {
        var logins = new Logins(Config, Files);
        var mirror = new Mirror(Config, Files, logins, new Api(Config, logins, new OAuth(Config, Files, logins)));
        await mirror.Work(Settings.Event(type, "evt_unknown", "org_1", "", JsonSerializer.Deserialize<JsonElement>(data)), type);
        Assert.Equal(0, mirror.Participants("evt_unknown").Count());
    }

    [Theory]
    [InlineData(null, "org_1", "2026-01-02T12:00:00Z")]
    [InlineData("evt_partial", null, "2026-01-02T12:00:00Z")]
    [InlineData("evt_partial", "org_1", null)]
    public async Task WhatDoesNotSayOfWhichEventOrWhenIsLeftAlone(string? eventId, string? organizationId, string? at)
    {
        var logins = new Logins(Config, Files);
        var mirror = new Mirror(Config, Files, logins, new Api(Config, logins, new OAuth(Config, Files, logins)));
        var data = JsonSerializer.SerializeToElement(new { id = "p1" });
        await mirror.Work(Settings.Event("participant.joined", eventId, organizationId, at, data), "partial");
        Assert.Equal(0, mirror.Participants(eventId ?? "").Count());
    }

    [Theory]
    [InlineData("logins/young.tmp", 0, true)]
    [InlineData("logins/a.tmp", 2, false)]
    [InlineData("participants/evt_1/b.tmp", 2, false)]
    [InlineData("worked/once", 2, true)]
    [InlineData("worked/long_ago", 31, false)]
    public void TheStartRemovesOnlyWhatKilledProcessesLeft(string name, int days, bool isKept)
    {
        var path = Path.Combine(Config.DataDirectory, name);
        Files.Write(path, "");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-days));
        Files.Open();
        Assert.Equal(isKept, File.Exists(path));
    }
}
