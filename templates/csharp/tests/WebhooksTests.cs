using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ReventoIntegration;
using Xunit;

namespace Tests;

public class WebhooksTests
{
    private const string Body = """{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}""";

    private static readonly SealedFiles Files = new(Settings.Config);

    private readonly Webhooks webhooks = new(Settings.Config, Files, new Logins(Settings.Config, Files));

    private static string Ago(int seconds) => $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds}";

    private static HeaderDictionary Signed(string timestamp, string body = Body, string? secret = null)
    {
        var key = Encoding.UTF8.GetBytes(secret ?? Settings.Config.WebhookSecrets[0]);
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{timestamp}.{body}"));
        return new()
        {
            ["X-Revento-Event"] = "x",
            ["X-Revento-Delivery-Id"] = $"{Guid.NewGuid()}",
            ["X-Revento-Timestamp"] = timestamp,
            ["X-Revento-Signature"] = $"sha256={Convert.ToHexString(mac).ToLowerInvariant()}",
        };
    }

    private int Status(HeaderDictionary headers, string body = Body) =>
        webhooks.Receive(headers, Encoding.UTF8.GetBytes(body));

    [Fact]
    public void AGenuineDeliveryIsAcceptedAndSoIsItsRepeat()
    {
        var headers = Signed(Ago(0));
        Assert.Equal(204, Status(headers));
        Assert.Equal(204, Status(headers));
    }

    [Theory]
    [InlineData(360)]
    [InlineData(-360)]
    public void OneThatIsSixMinutesAwayIsRefused(int seconds) => Assert.Equal(401, Status(Signed(Ago(seconds))));

    [Fact]
    public void OthersAreRefused()
    {
        Assert.Equal(401, Status(Signed(Ago(0), secret: "another")));
        Assert.Equal(401, Status(Signed("today")));
        Assert.Equal(401, Status([]));
        Assert.Equal(401, Status(Signed(Ago(0)), Body + "\n"));
    }

    [Theory]
    [InlineData("hello", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"type":"x"}""", 204)]
    public void WhatIsSignedIsReadAsAnEvent(string body, int status) =>
        Assert.Equal(status, Status(Signed(Ago(0), body), body));

    [Fact]
    public void AHeaderCannotEndALogin()
    {
        var logins = new Logins(Settings.Config, Files);
        logins.Store(new Login("evt_kept", "org_1") { AccessToken = "a1" });
        const string body = """{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}""";
        var headers = Signed(Ago(0), body);
        headers["X-Revento-Event"] = "data.deletion_required";
        Assert.Equal(204, Status(headers, body));
        Assert.Equal("a1", logins.For("evt_kept").AccessToken);
    }
}
