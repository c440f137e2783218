using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ReventoIntegration;

/// <summary>Files encrypted with AES-256-GCM.</summary>
internal class SealedFiles(Config config)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>
    /// Days that files are kept which nothing removes, by their ending or directory: writes and logins end within minutes,
    /// and Revento gives up a delivery after hours.
    /// </summary>
    private static readonly Dictionary<string, int> KeptDays = new()
    {
        [".tmp"] = 1, ["attempts"] = 1, ["worked"] = 30,
    };

    /// <summary>A file name for any text, safe in a path.</summary>
    public static string NameOf(params string?[] parts) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts))).ToLowerInvariant();

    /// <summary>The name is authenticated, so one sealed value cannot stand in for another.</summary>
    public byte[] Seal<T>(T value, string name)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(value, Json.Options);
        var (nonce, tag) = (RandomNumberGenerator.GetBytes(NonceSize), new byte[TagSize]);
        using var aes = new AesGcm(config.TokenKey, TagSize);
        aes.Encrypt(nonce, text, text, tag, Encoding.UTF8.GetBytes(name));
        return [.. nonce, .. tag, .. text];
    }

    /// <summary>What was sealed under this name; null for anything else.</summary>
    public T? Unseal<T>(byte[] bytes, string name) where T : class
    {
        if (bytes.Length < NonceSize + TagSize) return null;
        var (nonce, tag) = (bytes[..NonceSize], bytes[NonceSize..(NonceSize + TagSize)]);
        var text = bytes[(NonceSize + TagSize)..];
        using var aes = new AesGcm(config.TokenKey, TagSize);
        try
        {
            aes.Decrypt(nonce, text, tag, text, Encoding.UTF8.GetBytes(name));
        }
        catch (CryptographicException)
        {
            return null;
        }
        return Json.Read<T>(text);
    }

    /// <summary>Replaces a file as a whole: a crash leaves the old one or the new one.</summary>
    public virtual void Write<T>(string path, T value)
    {
        MakeDirectoryOf(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = Create(temporary)) file.Write(Seal(value, Path.GetFileName(path)));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        KeepNames(Path.GetDirectoryName(path)!);
    }

    /// <summary>The value of a file; null where there is none, or it is damaged: that must not stop the rest.</summary>
    public T? Read<T>(string path) where T : class
    {
        try
        {
            var value = Unseal<T>(File.ReadAllBytes(path), Path.GetFileName(path));
            if (value is null) Log.Write("file damaged", ("file", path));
            return value;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Refuses a directory where nothing can be stored, or where everything is encrypted with another key.</summary>
    /// <exception cref="InvalidOperationException"></exception>
    public void Check()
    {
        var path = Path.Combine(config.DataDirectory, "key.sealed");
        if (File.Exists(path) && Read<Dictionary<string, string>>(path) is null)
        {
            throw new InvalidOperationException($"REVENTO_TOKEN_KEY is not the key of the files in {config.DataDirectory}.");
        }
        Write(path, new Dictionary<string, string>());
    }

    /// <summary>The values of the files of a directory. One that cannot be read does not hold up the others.</summary>
    public IEnumerable<T> ReadAll<T>(string directory) where T : class
    {
        var paths = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.sealed") : [];
        return paths.Select(ReadOrLog).OfType<T>().ToList();

        T? ReadOrLog(string path)
        {
            try
            {
                return Read<T>(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Log.Write("file not read", ("error", error.Message));
                return null;
            }
        }
    }

    /// <summary>Creates an empty file; false when it exists. Exactly one caller succeeds, in any process.</summary>
    public static bool CreateOnce(string path)
    {
        MakeDirectoryOf(path);
        try
        {
            Create(path).Dispose();
        }
        catch (IOException error) when (error.HResult is 17 or unchecked((int)0x80070050)) // it exists: Unix, Windows
        {
            return false;
        }
        KeepNames(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Waits until no other thread or process holds this name; the system frees it when a process dies.</summary>
    public IDisposable Lock(string name)
    {
        var path = Path.Combine(config.DataDirectory, "locks", name);
        MakeDirectoryOf(path);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.HResult is 11 or 35 or unchecked((int)0x80070020)) // Linux, macOS, Windows
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Removes what killed processes left behind, and what is too old to be needed.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(config.DataDirectory)) return;
        foreach (var path in Directory.GetFiles(config.DataDirectory, "*", SearchOption.AllDirectories))
        {
            var isSwept = KeptDays.TryGetValue(Path.GetExtension(path), out var days)
                || KeptDays.TryGetValue(Path.GetFileName(Path.GetDirectoryName(path)!), out days);
            if (isSwept && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromDays(days)) File.Delete(path);
        }
    }

    /// <summary>Makes new names in a directory outlast a power failure, for which .NET has no call.</summary>
    private static void KeepNames(string directory)
    {
        if (OperatingSystem.IsWindows()) return; // it keeps a journal of names
        var opened = Open(directory, 0);
        var isKept = opened >= 0 && Flush(opened) == 0;
        if (opened >= 0) Close(opened);
        if (!isKept) throw new IOException($"Cannot flush {directory}.");
    }

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Flush(int file);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);

    private static void MakeDirectoryOf(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream Create(string path)
    {
        // What is written is on disk when the file is closed.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
