namespace ReventoIntegration;

/// <summary>The organizer has to connect the event again; trying again does not help.</summary>
internal sealed class LoginEndedException()
    : Exception("No organizer has connected this event, or the connection ended. Open /connect.");

/// <summary>A login of an organizer for an event. Once it has ended, only the reason is kept.</summary>
/// <param name="IsSent">Whether the refresh token was sent, without an answer until now.</param>
internal sealed record Login(
    string? EventId, string? OrganizationId, string? AccessToken = null, string? RefreshToken = null, string? Scope = null,
    bool IsSent = false, string? Ended = null);

/// <summary>Logins on disk, a file each, and a refresh that happens once however many ask for it.</summary>
internal sealed class Logins(Config config, SealedFiles files)
{
    public const string Deletion = "data.deletion_required";

    public string Directory { get; } = Path.Combine(config.DataDirectory, "logins");

    /// <summary>Call it before anything uses the access token.</summary>
    public async Task Store(Login login)
    {
        using var _ = await files.Lock("logins");
        Write(login);
    }

    private void Write(Login login)
    {
        if (login.Ended is not null) Log.Write("login ended", ("event_id", login.EventId), ("reason", login.Ended));
        files.Write(PathOf(login), login);
    }

    /// <summary>
    /// Stores <paramref name="next"/> unless another login came in the place of <paramref name="spent"/> meanwhile. Gives
    /// the one to use now.
    /// </summary>
    /// <exception cref="LoginEndedException"></exception>
    private async Task<Login> Replace(Login spent, Login next)
    {
        using var _ = await files.Lock("logins");
        if (Usable(spent).RefreshToken == spent.RefreshToken) Write(next);
        return Usable(spent);
    }

    /// <summary>Every login that can be used.</summary>
    public IEnumerable<Login> All(Action<Exception>? unread = null) =>
        files.ReadAll<Login>(Directory, unread).Where(login => login.Ended is null);

    /// <summary>The one of an event. It may be in a file that cannot be read: nobody has to connect again then.</summary>
    /// <exception cref="LoginEndedException">There is none to use.</exception>
    public Login For(string eventId)
    {
        Exception failure = new LoginEndedException();
        return All(error => failure = error).FirstOrDefault(login => login.EventId == eventId) ?? throw failure;
    }

    /// <summary>Ends this login only; gives one that was stored in its place meanwhile.</summary>
    /// <exception cref="LoginEndedException"></exception>
    public Task<Login> EndSpent(Login spent, string reason) =>
        Replace(spent, new Login(spent.EventId, spent.OrganizationId, Ended: reason));

    /// <summary>Whether Revento demanded deletion, and no organizer has connected the event again.</summary>
    public bool IsDeleted(string? eventId, string? organizationId) =>
        files.Read<Login>(PathOf(new Login(eventId, organizationId))) is { Ended: Deletion };

    /// <summary>
    /// The login after a refresh; <paramref name="spent"/> is the one whose access token has expired. Revento revokes a
    /// login when a refresh token is used twice. So one caller in one process at a time refreshes, and what it is about to do
    /// is stored before: after a process that died half-way, nobody sends the token again.
    /// </summary>
    public async Task<Login> Refresh(Login spent, Func<Dictionary<string, string>, Task<Login>> request)
    {
        // Not the lock of the logins: a deletion must not wait until Revento has answered.
        using var _ = await files.Lock($"refresh {Path.GetFileName(PathOf(spent))}");
        var current = Usable(spent);
        if (current.AccessToken != spent.AccessToken) return current;
        if (current.IsSent) return await EndSpent(current, "a refresh was never answered");
        var isMarked = false;
        try
        {
            // Where this fails, as on a full disk, the new tokens could not be stored either.
            await Replace(current, current with { IsSent = true });
            isMarked = true;
            var answer = await request(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = current.RefreshToken! });
            var (access, refresh, scope) = (answer.AccessToken, answer.RefreshToken, answer.Scope ?? current.Scope);
            return await Replace(current, current with { AccessToken = access, RefreshToken = refresh, Scope = scope });
        }
        catch (RefusedException error) when (error.Code == "invalid_grant")
        {
            return await EndSpent(current, error.Code);
        }
        // A mark that failed may be on disk all the same. Otherwise Revento may have used the token.
        catch (Exception error) when (!isMarked || error is RefusedException { IsUnused: true })
        {
            await Replace(current, current);
            throw;
        }
    }

    /// <exception cref="LoginEndedException"></exception>
    private Login Usable(Login login) =>
        files.Read<Login>(PathOf(login)) is { Ended: null } current ? current : throw new LoginEndedException();

    private string PathOf(Login login) =>
        Path.Combine(Directory, SealedFiles.NameOf(login.EventId, login.OrganizationId) + ".sealed");
}
