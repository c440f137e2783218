using System.Security.Cryptography;
using System.Text;
using ReventoIntegration;
using Xunit;

namespace Tests;

public class TokensTests
{
    private static readonly SealedFiles Files = new(Settings.Config);
    private readonly Logins logins = new(Settings.Config, Files);

    private async Task<Login> Stored(string eventId)
    {
        var login = new Login(eventId, "org_1", AccessToken: "a1", RefreshToken: $"r1 of {eventId}");
        await logins.Store(login);
        return login;
    }

    private static Task<Login> Renewed(Dictionary<string, string> form) =>
        Task.FromResult(new Login(null, null, AccessToken: "a2", RefreshToken: "r2"));

    [Fact]
    public async Task TokensAreEncryptedOnDisk()
    {
        await Stored("evt_sealed");
        Assert.All(
            Directory.GetFiles(logins.Directory, "*.sealed"),
            path => Assert.DoesNotContain("evt_sealed", Encoding.Latin1.GetString(File.ReadAllBytes(path))));
        Assert.Equal("a1", logins.For("evt_sealed").AccessToken);
    }

    [Fact]
    public void ASealedValueOpensUnderItsOwnNameOnly()
    {
        var text = Files.Seal("secret", "one");
        Assert.Equal("secret", Files.Unseal<string>(text, "one"));
        Assert.True(Files.Unseal<string>(text, "another") is null);
        var changed = (text[0] == 'A' ? 'B' : 'A') + text[1..];
        foreach (var wrong in new[] { changed, text[..20], "", "no base64!" })
        {
            Assert.True(Files.Unseal<string>(wrong, "one") is null);
        }
    }

    [Fact]
    public async Task TwentyCallersRefreshOnce()
    {
        var spent = await Stored("evt_single");
        var requests = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => logins.Refresh(spent, form =>
        {
            Interlocked.Increment(ref requests);
            return Renewed(form);
        }))));
        Assert.Equal(1, requests);
        Assert.All(all, login => Assert.Equal("a2", login.AccessToken));
        Assert.Equal("r2", logins.For("evt_single").RefreshToken);
    }

    [Fact]
    public async Task InvalidGrantEndsTheLogin()
    {
        var spent = await Stored("evt_ended");
        await Assert.ThrowsAsync<LoginEndedException>(
            () => logins.Refresh(spent, _ => throw new RefusedException("invalid_grant", "refused")));
        Assert.Throws<LoginEndedException>(() => logins.For("evt_ended"));
    }

    [Fact]
    public async Task ARefreshThatReventoNeverGotIsSentAgain()
    {
        var spent = await Stored("evt_unused");
        await Assert.ThrowsAsync<RefusedException>(
            () => logins.Refresh(spent, _ => throw new RefusedException("unreachable", "refused", isUnused: true)));
        Assert.Equal("a2", (await logins.Refresh(spent, Renewed)).AccessToken);
    }

    [Fact]
    public async Task ARefreshThatWasNeverAnsweredIsNotSentAgain()
    {
        var spent = await Stored("evt_unanswered");
        await Assert.ThrowsAsync<RefusedException>(
            () => logins.Refresh(spent, _ => throw new RefusedException("unreachable", "refused")));
        await Assert.ThrowsAsync<LoginEndedException>(
            () => logins.Refresh(spent, _ => throw new InvalidOperationException("It was sent again.")));
    }

    [Fact]
    public async Task ADeletionDuringARefreshWins()
    {
        var spent = await Stored("evt_deleted");
        await Assert.ThrowsAsync<LoginEndedException>(() => logins.Refresh(spent, async form =>
        {
            await logins.Store(new Login(spent.EventId, spent.OrganizationId, Ended: Logins.Deletion));
            return await Renewed(form);
        }));
        Assert.Throws<LoginEndedException>(() => logins.For("evt_deleted"));
    }

    [Fact]
    public async Task ARefusedRefreshKeepsALoginThatWasMadeMeanwhile()
    {
        var spent = await Stored("evt_again");
        var found = await logins.Refresh(spent, async _ =>
        {
            await logins.Store(spent with { AccessToken = "b1", RefreshToken = "s1" });
            throw new RefusedException("invalid_grant", "refused");
        });
        Assert.Equal("b1", found.AccessToken);
    }

    [Fact]
    public async Task WhatCannotBeKeptIsNotRequested()
    {
        var config = Settings.Config with { DataDirectory = Path.Combine(Settings.Config.DataDirectory, "unwritable") };
        var unwritable = new Logins(config, new SealedFiles(config));
        var spent = new Login("evt_1", "org_1", AccessToken: "a1", RefreshToken: "r1");
        await unwritable.Store(spent);
        var locked = Path.Combine(config.DataDirectory, "locks", "logins");
        File.Delete(locked);
        Directory.CreateDirectory(locked); // as on a full disk, nothing is written now
        var isRequested = false;
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => unwritable.Refresh(spent, form =>
        {
            isRequested = true;
            return Renewed(form);
        }));
        Assert.False(isRequested);
        Directory.Delete(locked);
        Assert.Equal("a2", (await unwritable.Refresh(spent, Renewed)).AccessToken);
    }

    /// <summary>As when the directory of the first file could not be flushed.</summary>
    private sealed class UnflushedFiles(Config config) : SealedFiles(config)
    {
        private bool isFlushed;

        public override void Write<T>(string path, T value)
        {
            base.Write(path, value);
            if (isFlushed) return;
            isFlushed = true;
            throw new IOException("Input/output error");
        }
    }

    [Fact]
    public async Task ATokenThatWasMarkedButNotSentIsSentLater()
    {
        var spent = await Stored("evt_unflushed");
        var unflushed = new Logins(Settings.Config, new UnflushedFiles(Settings.Config));
        await Assert.ThrowsAsync<IOException>(
            () => unflushed.Refresh(spent, _ => throw new InvalidOperationException("Its mark may be lost.")));
        Assert.Equal("a2", (await logins.Refresh(spent, Renewed)).AccessToken);
    }

    [Fact]
    public async Task ADamagedLoginDoesNotHoldUpTheOthers()
    {
        await Stored("evt_whole");
        File.WriteAllText(Path.Combine(logins.Directory, "damaged.sealed"), "damaged");
        Assert.Equal("a1", logins.For("evt_whole").AccessToken);
        Assert.Throws<LoginEndedException>(() => logins.For("evt_damaged"));
    }
}
