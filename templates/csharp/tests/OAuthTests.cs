using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReventoIntegration;
using Xunit;

namespace Tests;

public class OAuthTests
{
    private static async Task<bool> IsUnusedAt(string authBase)
    {
        var config = Settings.Config with { AuthBase = authBase };
        var files = new SealedFiles(config);
        var oauth = new OAuth(config, files, new Logins(config, files));
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = "r1" };
        return (await Assert.ThrowsAsync<RefusedException>(() => oauth.RequestTokens(form))).IsUnused;
    }

    /// <summary>At a server that sends these bytes once it has read what ends in the secret.</summary>
    private static async Task<bool> IsUnusedAfter(byte[] answer, string scheme = "http")
    {
        var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = Task.Run(async () =>
        {
            using var socket = await server.AcceptSocketAsync();
            using var stream = new NetworkStream(socket);
            var buffer = new byte[65_536];
            var asked = "";
            do
            {
                var count = await stream.ReadAsync(buffer);
                if (count == 0) return;
                asked += Encoding.ASCII.GetString(buffer, 0, count);
            }
            while (scheme == "http" && !asked.Contains("client_secret="));
            await stream.WriteAsync(answer);
            socket.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(buffer) > 0) continue;
        });
        try
        {
            return await IsUnusedAt($"{scheme}://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}");
        }
        finally
        {
            server.Stop();
            await answering.ContinueWith(_ => { }, TaskScheduler.Default); // the client may end the connection early
        }
    }

    [Theory]
    [InlineData("401 Unauthorized", """{"error":"invalid_client"}""", true)]
    [InlineData("404 Not Found", "<html>", true)]
    [InlineData("301 Moved Permanently", "", true)]
    [InlineData("429 Too Many Requests", """{"error":"rate_limited"}""", true)]
    [InlineData("503 Service Unavailable", "", true)]
    [InlineData("400 Bad Request", """{"error":"invalid_grant"}""", false)]
    [InlineData("500 Internal Server Error", "", false)]
    [InlineData("200 OK", "half of JSON: {", false)]
    public async Task OnlyATokenThatCannotHaveBeenUsedIsSentAgain(string status, string body, bool isUnused)
    {
        var answer = $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        Assert.Equal(isUnused, await IsUnusedAfter(Encoding.ASCII.GetBytes(answer)));
    }

    [Fact]
    public async Task ATokenThatWasNeverSentIsUnused()
    {
        Assert.True(await IsUnusedAt("http://localhost:9"));
        Assert.True(await IsUnusedAt("http://localhost:65536"));
        // A fatal alert of TLS: no handshake is possible.
        Assert.True(await IsUnusedAfter(Convert.FromHexString("15030300020228"), "https"));
        // The connection is lost after the request.
        Assert.False(await IsUnusedAfter([]));
    }

    [Fact]
    public void AnotherKeyEndsTheStart()
    {
        var config = Settings.Config with { DataDirectory = Path.Combine(Settings.Config.DataDirectory, "key") };
        new SealedFiles(config).Open();
        new SealedFiles(config).Open();
        var another = new SealedFiles(config with { TokenKey = RandomNumberGenerator.GetBytes(32) });
        var failure = Assert.Throws<InvalidOperationException>(() =>
        {
            another.Open();
            return null;
        });
        Assert.True(failure.Message.Contains("REVENTO_TOKEN_KEY"));
        new SealedFiles(config).Open(); // it is still the right one
    }

    [Fact]
    public async Task ADelayedDeliveryDoesNotUndoWhatASyncHasRead()
    {
        const string person = """{"id":"p1","application_status":"rejected","last_reviewed_at":"2026-01-02T10:00:00Z"}""";
        const string page = $$"""{"data":[{{person}}],"has_more":false}""";
        var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var config = Settings.Config with
        {
            ApiBase = $"http://{server.LocalEndpoint}",
            DataDirectory = Path.Combine(Settings.Config.DataDirectory, "delayed"),
        };
        var files = new SealedFiles(config);
        var logins = new Logins(config, files);
        var mirror = new Mirror(config, files, logins, new Api(config, logins, new OAuth(config, files, logins)));
        await logins.Store(new Login("evt_1", "org_1", AccessToken: "a1", Scope: "participants.read"));

        async Task Sync(Func<Task>? meanwhile = null)
        {
            var reading = mirror.Sync("evt_1");
            for (var requests = 0; requests < 2; requests++)
            {
                using var socket = await server.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[65_536]);
                if (meanwhile is not null) await meanwhile();
                var head = $"HTTP/1.1 200 OK\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n";
                await socket.SendAsync(Encoding.ASCII.GetBytes(head + page));
            }
            await reading;
        }

        async Task Deliver(string id, string time)
        {
            var data = JsonSerializer.SerializeToElement(new { id, application_status = "approved" });
            await mirror.Work(Settings.Event("participant.updated", "evt_1", "org_1", $"2026-01-02T{time}Z", data), id + time);
        }

        async Task<string?> StatusAfter(string time)
        {
            await Deliver("p1", time);
            return mirror.Participants("evt_1").Single(row => row["id"].GetString() == "p1")["application_status"].GetString();
        }

        await Sync();
        Assert.Equal("rejected", await StatusAfter("09:59:59")); // before the review
        Assert.Equal("approved", await StatusAfter("10:00:01"));
        await Deliver("p2", "12:00:00");
        await Sync();
        Assert.Equal("rejected", await StatusAfter("11:00:00")); // before what the mirror held already, of whomever
        Assert.Equal("approved", await StatusAfter("13:00:00"));
        await Sync(() => Deliver("p2", "15:00:00"));
        Assert.Equal("approved", await StatusAfter("14:00:00")); // what came during the sync says nothing about its age
        server.Stop();
    }

    [Fact]
    public async Task ADamagedRowIsWrittenAgain()
    {
        var config = Settings.Config with { DataDirectory = Path.Combine(Settings.Config.DataDirectory, "rows") };
        var files = new SealedFiles(config);
        var logins = new Logins(config, files);
        var mirror = new Mirror(config, files, logins, new Api(config, logins, new OAuth(config, files, logins)));
        var data = JsonSerializer.SerializeToElement(new { id = "p1" });
        var sent = Settings.Event("participant.joined", "evt_1", "org_1", "", data);
        await mirror.Work(sent, "first");
        var rows = Path.Combine(config.DataDirectory, "participants", SealedFiles.NameOf("evt_1"));
        foreach (var row in Directory.GetFiles(rows)) File.WriteAllText(row, "damaged");
        await mirror.Work(sent, "second");
        Assert.Equal(1, mirror.Participants("evt_1").Count());
    }
}
